"""Objects that are nothing but named records: contacts, terms, locations, entities, definitions, and so on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from tidegate_sandbox.erp.table import Table
from tidegate_sandbox.intacct.failure import bad_request, duplicate, invalid
from tidegate_sandbox.intacct.formats import Kind, Value, read_value
from tidegate_sandbox.intacct.object_type import Field, ObjectType
from tidegate_sandbox.intacct.store import Named
from tidegate_sandbox.intacct.tenant import Tenant

if TYPE_CHECKING:
    from tidegate_sandbox.intacct.sign_in import Session


def value_field(name: str, kind: Kind = "text") -> Field:
    """A field whose value the record holds by its name."""
    return Field(lambda one: one.values.get(name), kind)


def read_values(type: ObjectType, given: dict[str, str]) -> dict[str, Value]:
    """Values by the kinds of their fields. FunctionFailure for an unknown name or an unreadable value."""
    found: dict[str, Value] = {}
    for name, text in given.items():
        kind = type.field(name).kind
        try:
            found[name] = read_value(text, kind) if text else None
        except ValueError as error:
            raise bad_request(f"{name}: {error}") from None
    return found


def named_type(
    tenant: Tenant,
    name: str,
    table: Callable[[], Table[Named]],
    own_id: str,
    fields: Iterable[str] = (),
    *,
    kinds: dict[str, Kind] | None = None,
    required: Iterable[str] = (),
    writable: bool = False,
    label: str = "",
    shared: bool = False,
) -> ObjectType:
    """An object of named records. ``shared``: what an entity makes belongs to the whole company (contacts)."""
    label = label or name.title()
    shown = {
        "RECORDNO": Field(lambda one: one.id, "number"),
        own_id: Field(lambda one: one.name),
        "STATUS": Field(lambda one: one.values.get("STATUS", "active")),
        "WHENCREATED": Field(lambda one: one.created_at, "moment"),
        "WHENMODIFIED": Field(lambda one: one.updated_at, "moment"),
        "MEGAENTITYID": Field(lambda one: one.entity),
    }
    shown.update({each: value_field(each, (kinds or {}).get(each, "text")) for each in fields})
    one = ObjectType(name, lambda: table(), shown, own_id)
    one.find = lambda key: table().first("name", key)
    one.by_key = lambda key: table().get(key)
    for each in one.names():
        if each not in shown:
            one.fields[each] = value_field(each)

    def create(session: Session, given: Element) -> Named:
        values = read_values(one, one.given(given))
        own = str(values.pop(own_id, None) or "")
        for each in (own_id, *required):
            if not (own if each == own_id else values.get(each)):
                raise invalid(f"{each} is required.", errorno="BL03000018", field=each)
        if table().first("name", own) is not None:
            raise duplicate(label, own)
        entity = "" if shared else session.entity
        return table().add(tenant.company.new(Named, name=own, values=values, entity=entity))

    def update(_session: Session, record: Named, given: Element) -> None:
        values = read_values(one, one.given(given))
        values.pop("RECORDNO", None)
        if values.pop(own_id, record.name) != record.name:
            raise invalid(f"{own_id} cannot be changed.", field=own_id)
        record.values.update(values)
        tenant.company.touch(record)

    def delete(_session: Session, record: Named) -> None:
        if record.values.get("IN_USE"):
            raise invalid(f"{label} {record.name} is in use and cannot be deleted.")
        tenant.company.stamp()
        table().remove(record)

    if writable:
        one.create, one.update, one.delete = create, update, delete
    tenant.add(one)
    return one


MAIL = tuple(
    f"MAILADDRESS.{part}"
    for part in (
        "ADDRESS1",
        "ADDRESS2",
        "ADDRESS3",
        "CITY",
        "STATE",
        "ZIP",
        "COUNTRY",
        "ISOCOUNTRYCODE",
        "COUNTRYCODE",
    )
)
CONTACT = (
    "PRINTAS",
    "COMPANYNAME",
    "TAXABLE",
    "TAXGROUP",
    "TAXID",
    "TAXSOLUTIONID",
    "PREFIX",
    "FIRSTNAME",
    "LASTNAME",
    "INITIAL",
    "PHONE1",
    "PHONE2",
    "CELLPHONE",
    "FAX",
    "EMAIL1",
    "EMAIL2",
    "URL1",
    "URL2",
    "VISIBLE",
    *MAIL,
)


def add_named_types(tenant: Tenant) -> None:
    """The objects that other documents refer to."""
    store = tenant.store
    named_type(
        tenant,
        "CONTACT",
        lambda: store.contacts,
        "CONTACTNAME",
        CONTACT,
        required=("PRINTAS",),
        writable=True,
        label="Contact",
        shared=True,
    )
    named_type(
        tenant, "ARTERM", lambda: store.terms, "NAME", ("DESCRIPTION", "DUEDAYS"), writable=True, label="Term"
    )
    named_type(
        tenant,
        "LOCATION",
        lambda: store.locations,
        "LOCATIONID",
        ("NAME", "PARENTID", "CURRENCY"),
        required=("NAME",),
        writable=True,
        label="Location",
    )
    named_type(
        tenant, "LOCATIONENTITY", lambda: store.entities, "LOCATIONID", ("NAME", "CURRENCY"), label="Entity"
    )
    named_type(
        tenant,
        "DEPARTMENT",
        lambda: store.departments,
        "DEPARTMENTID",
        ("TITLE", "PARENTID"),
        writable=True,
        label="Department",
    )
    named_type(
        tenant,
        "SOPRICESCHEDULE",
        lambda: store.schedules,
        "NAME",
        ("DISCOUNTPERCENT", "PRICELISTID"),
        kinds={"DISCOUNTPERCENT": "number"},
        writable=True,
        label="Price schedule",
    )
    named_type(
        tenant,
        "SODOCUMENTPARAMS",
        lambda: store.definitions,
        "DOCID",
        ("DOCCLASS", "DESCRIPTION", "UPDGL", "UPDINV", "NUMBERING"),
    )
    named_type(tenant, "GLJOURNAL", lambda: store.journals, "SYMBOL", ("TITLE",))
    named_type(
        tenant,
        "JOBQUEUERECORD",
        lambda: store.jobs,
        "JOBID",
        ("STATE", "CONTROLID", "POLICYID", "QUEUED", "DONE"),
        kinds={"QUEUED": "moment", "DONE": "moment"},
    )
