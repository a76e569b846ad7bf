"""The objects of REST, and the names of their fields in the gateway (contract §15.7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tidegate_sandbox.intacct.failure import bad_request
from tidegate_sandbox.intacct.formats import rest_value
from tidegate_sandbox.intacct.object_type import Field, ObjectType

AUDIT = {"audit.createdDateTime": "WHENCREATED", "audit.modifiedDateTime": "WHENMODIFIED"}
OWNER = {"entity.id": "MEGAENTITYID"}
ADDRESS = {
    "addressLine1": "ADDRESS1",
    "addressLine2": "ADDRESS2",
    "addressLine3": "ADDRESS3",
    "city": "CITY",
    "state": "STATE",
    "postCode": "ZIP",
    "country": "COUNTRY",
    "isoCountryCode": "ISOCOUNTRYCODE",
}
PERSON = {
    "printAs": "PRINTAS",
    "companyName": "COMPANYNAME",
    "prefix": "PREFIX",
    "firstName": "FIRSTNAME",
    "lastName": "LASTNAME",
    "phone1": "PHONE1",
    "email1": "EMAIL1",
    "URL1": "URL1",
    **{f"mailingAddress.{rest}": f"MAILADDRESS.{xml}" for rest, xml in ADDRESS.items()},
}
STOCK = {
    "onHand": "WONHAND",
    "onOrder": "WONORDER",
    "onHold": "WONHOLD",
    "inTransit": "WINTRANSIT",
    "reserved": "WRESERVED",
    "allocated": "WALLOCATED",
    "unCommitted": "WUNCOMMITTED",
}
DOCUMENT = {
    "key": "RECORDNO",
    "id": "DOCID",
    "documentNumber": "DOCNO",
    "documentType": "DOCPARID",
    "state": "STATE",
    "txnDate": "WHENCREATED",
    "postingDate": "WHENPOSTED",
    "dueDate": "WHENDUE",
    "customer.key": "CUSTREC",
    "customer.id": "CUSTVENDID",
    "customer.name": "CUSTVENDNAME",
    "referenceNumber": "PONUMBER",
    "customerPONumber": "CUSTOMERPONUMBER",
    "externalId": "EXTERNALID",
    "notes": "MESSAGE",
    "paymentTerm.id": "TERM.NAME",
    "shippingMethod.id": "SHIPVIA",
    "contacts.shipTo.id": "SHIPTO.CONTACTNAME",
    "contacts.billTo.id": "BILLTO.CONTACTNAME",
    "baseCurrency": "BASECURR",
    "txnCurrency": "CURRENCY",
    "subtotal": "SUBTOTAL",
    "total": "TOTAL",
    "subtotalInTxnCurrency": "TRX_SUBTOTAL",
    "totalInTxnCurrency": "TRX_TOTAL",
    "trackingNumber": "TRACKINGNUMBER",
    "shippedDate": "SHIPPEDDATE",
    "invoice.key": "PRRECORDKEY",
    "sourceDocument.id": "CREATEDFROM",
    "audit.createdDateTime": "AUWHENCREATED",
    "audit.modifiedDateTime": "WHENMODIFIED",
    "audit.createdBy": "CREATEDBY",
    "audit.modifiedBy": "MODIFIEDBY",
    **OWNER,
}
LINE = {
    "key": "RECORDNO",
    "id": "RECORDNO",
    "documentHeader.key": "DOCHDRNO",
    "documentHeader.id": "DOCHDRID",
    "lineNumber": "LINE_NO",
    "dimensions.item.id": "ITEMID",
    "dimensions.warehouse.id": "WAREHOUSE.LOCATION_NO",
    "dimensions.location.id": "LOCATIONID",
    "item.id": "ITEMID",
    "itemDescription": "ITEMDESC",
    "unit": "UNIT",
    "quantity": "QUANTITY",
    "unitQuantity": "UIQTY",
    "unitPrice": "UIPRICE",
    "price": "PRICE",
    "quantityConverted": "QTY_CONVERTED",
    "sourceDocumentLine.key": "SOURCE_DOCLINEKEY",
    "memo": "MEMO",
}
RECEIVABLE = {
    "key": "RECORDNO",
    "state": "STATE",
    "customer.id": "CUSTOMERID",
    "customer.name": "CUSTOMERNAME",
    "description": "DESCRIPTION",
    "currency.baseCurrency": "BASECURR",
    "currency.txnCurrency": "CURRENCY",
    "totalBaseAmount": "TOTALENTERED",
    "totalBaseAmountDue": "TOTALDUE",
    "totalBaseAmountPaid": "TOTALPAID",
    "totalTxnAmount": "TRX_TOTALENTERED",
    "totalTxnAmountDue": "TRX_TOTALDUE",
    "totalTxnAmountPaid": "TRX_TOTALPAID",
    "moduleKey": "MODULEKEY",
    "audit.createdDateTime": "AUWHENCREATED",
    "audit.modifiedDateTime": "WHENMODIFIED",
    **OWNER,
}


def _named(own: str, **more: str) -> dict[str, str]:
    return {"key": "RECORDNO", "id": own, "status": "STATUS", **more, **AUDIT}


NAMES: dict[str, tuple[str, dict[str, str]]] = {
    "order-entry/document": ("SODOCUMENT", DOCUMENT),
    "order-entry/document-line": ("SODOCUMENTENTRY", LINE),
    "order-entry/txn-definition": (
        "SODOCUMENTPARAMS",
        _named("DOCID", docClass="DOCCLASS", description="DESCRIPTION"),
    ),
    "order-entry/price-list": (
        "SOPRICELIST",
        {
            "key": "RECORDNO",
            "id": "NAME",
            "name": "NAME",
            "startDate": "DATEFROM",
            "endDate": "DATETO",
            "status": "STATUS",
            **AUDIT,
        },
    ),
    "order-entry/price-list-entry": (
        "SOPRICELISTENTRY",
        {
            "key": "RECORDNO",
            "id": "RECORDNO",
            "priceList.id": "PRICELISTID",
            "item.id": "ITEMID",
            "item.name": "ITEMNAME",
            "startDate": "DATEFROM",
            "endDate": "DATETO",
            "minimumQuantity": "QTYLIMITMIN",
            "maximumQuantity": "QTYLIMITMAX",
            "value": "VALUE",
            "valueType": "VALUETYPE",
            "isFixedPrice": "FIXED",
            "currency": "CURRENCY",
            "audit.modifiedDateTime": "WHENMODIFIED",
        },
    ),
    "order-entry/price-schedule": ("SOPRICESCHEDULE", _named("NAME", discountPercent="DISCOUNTPERCENT")),
    "accounts-receivable/customer": (
        "CUSTOMER",
        {
            **_named("CUSTOMERID", name="NAME", taxId="TAXID", currency="CURRENCY", notes="COMMENTS"),
            "isOnHold": "ONHOLD",
            "creditLimit": "CREDITLIMIT",
            "totalDue": "TOTALDUE",
            "term.id": "TERMNAME",
            "priceList.id": "PRICELIST",
            "priceSchedule.id": "PRICESCHEDULE",
            "discountPercent": "DISCOUNT",
            "parent.id": "PARENTID",
            "customerType.id": "CUSTTYPE",
            "shippingMethod.id": "SHIPPINGMETHOD",
            "contacts.default.id": "DISPLAYCONTACT.CONTACTNAME",
            **{f"contacts.default.{rest}": f"DISPLAYCONTACT.{xml}" for rest, xml in PERSON.items()},
            **OWNER,
        },
    ),
    "accounts-receivable/invoice": (
        "ARINVOICE",
        {
            **RECEIVABLE,
            "id": "RECORDNO",
            "invoiceNumber": "RECORDID",
            "invoiceDate": "WHENCREATED",
            "dueDate": "WHENDUE",
            "referenceNumber": "DOCNUMBER",
        },
    ),
    "accounts-receivable/payment": (
        "ARPYMT",
        {
            **RECEIVABLE,
            "id": "RECORDNO",
            "documentNumber": "DOCNUMBER",
            "paymentMethod": "PAYMENTMETHOD",
            "receiptDate": "RECEIPTDATE",
            "financialEntity.entityId": "FINANCIALENTITY",
        },
    ),
    "accounts-receivable/term": ("ARTERM", _named("NAME", description="DESCRIPTION")),
    "inventory-control/item": (
        "ITEM",
        {
            **_named("ITEMID", name="NAME", itemType="ITEMTYPE", extendedDescription="EXTENDED_DESCRIPTION"),
            "basePrice": "BASEPRICE",
            "standardCost": "STANDARD_COST",
            "upc": "UPC",
            "netWeight": "NETWEIGHT",
            "unitOfMeasureGroup.id": "UOMGRP",
        },
    ),
    "inventory-control/warehouse": (
        "WAREHOUSE",
        {
            "key": "RECORDNO",
            "id": "WAREHOUSEID",
            "name": "NAME",
            "status": "STATUS",
            "location.id": "LOCATIONID",
        },
    ),
    "inventory-control/item-warehouse-inventory": (
        "ITEMWAREHOUSEINFO",
        {
            "key": "RECORDNO",
            "id": "RECORDNO",
            "item.id": "ITEMID",
            "warehouse.id": "WAREHOUSEID",
            "averageCost": "AVERAGE_COST",
            **STOCK,
            "audit.modifiedDateTime": "WHENMODIFIED",
        },
    ),
    "inventory-control/item-warehouse-available-inventory": (
        "AVAILABLEINVENTORY",
        {
            "key": "RECORDNO",
            "id": "RECORDNO",
            "item.id": "ITEMID",
            "warehouse.id": "WAREHOUSEID",
            "lotNumber": "LOTNO",
            "quantityLeft": "QUANTITYLEFT",
        },
    ),
    "general-ledger/account": (
        "GLACCOUNT",
        {"key": "RECORDNO", "id": "ACCOUNTNO", "name": "TITLE", "status": "STATUS"},
    ),
    "general-ledger/journal": ("GLJOURNAL", _named("SYMBOL", name="TITLE")),
    "general-ledger/journal-entry": (
        "GLBATCH",
        {
            "key": "RECORDNO",
            "id": "RECORDNO",
            "glJournal.id": "JOURNAL",
            "txnNumber": "BATCHNO",
            "postingDate": "BATCH_DATE",
            "description": "BATCH_TITLE",
            "referenceNumber": "REFERENCENO",
            "state": "STATE",
            "moduleKey": "MODULE",
            "audit.createdDateTime": "WHENCREATED",
            "audit.modifiedDateTime": "MODIFIED",
            **OWNER,
        },
    ),
    "general-ledger/journal-entry-line": (
        "GLENTRY",
        {
            "key": "RECORDNO",
            "id": "RECORDNO",
            "journalEntry.key": "BATCHKEY",
            "lineNumber": "LINE_NO",
            "glAccount.id": "ACCOUNTNO",
            "baseAmount": "AMOUNT",
            "txnAmount": "TRX_AMOUNT",
            "dimensions.location.id": "LOCATION",
            "dimensions.department.id": "DEPARTMENT",
            "dimensions.customer.id": "CUSTOMERID",
            "description": "DESCRIPTION",
            "documentId": "DOCUMENT",
        },
    ),
    "company-config/entity": ("LOCATIONENTITY", _named("LOCATIONID", name="NAME")),
    "company-config/location": ("LOCATION", {**_named("LOCATIONID", name="NAME"), "parent.id": "PARENTID"}),
    "company-config/department": (
        "DEPARTMENT",
        {**_named("DEPARTMENTID", name="TITLE"), "parent.id": "PARENTID"},
    ),
    "company-config/contact": ("CONTACT", {**_named("CONTACTNAME"), **PERSON}),
}
NUMBERS = frozenset({*STOCK, "quantityLeft", "lineNumber"})
"""Fields that are numbers in JSON, not texts (§15.3)."""
ITEM_TYPES = {
    "inventory": "Inventory",
    "nonInventory": "Non-Inventory",
    "nonInventoryPurchase": "Non-Inventory (Purchase only)",
    "nonInventorySales": "Non-Inventory (Sales only)",
    "kit": "Kit",
    "stockableKit": "Stockable Kit",
}


def camel(word: str) -> str:
    """A state in lower camel case: Partially Converted is partiallyConverted."""
    first, *rest = word.split()
    return first.lower() + "".join(part.title() for part in rest)


@dataclass(slots=True)
class RestObject:
    """An object of REST: its twin, and the gateway's name of each field. ``definition`` for documents."""

    path: str
    type: ObjectType
    names: dict[str, str]
    definition: str = ""
    extra: dict[str, Field] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The name with its definition."""
        return f"{self.path}::{self.definition}" if self.definition else self.path

    def href(self, key: str) -> str:
        """Where one record is read."""
        return f"/objects/{self.title.replace(' ', '%20')}/{key}"

    def field(self, name: str) -> Field:
        """A field by its name in REST. FunctionFailure for one that the object does not have."""
        if name in self.extra:
            return self.extra[name]
        if name.startswith("nsp::"):
            return self.type.field(name.removeprefix("nsp::"), self.definition)
        if name not in self.names:
            raise bad_request(f"The field {name} does not exist in the object {self.title}.")
        return self.type.field(self.names[name], self.definition)

    def value(self, name: str, record: Any) -> object:
        """A value as JSON."""
        found = self.field(name)
        value = found.getter(record)
        if name in NUMBERS and value is not None:
            number = float(str(value))
            return int(number) if number.is_integer() else number
        if name in ("state", "itemType") and isinstance(value, str) and value:
            back = {xml: rest for rest, xml in ITEM_TYPES.items()}
            return back.get(value, camel(value))
        return rest_value(value, found.kind)

    def all_names(self) -> list[str]:
        """The fields of one whole record."""
        custom = [f"nsp::{name}" for name in self.type.custom(self.definition)]
        return [*self.names, *self.extra, *custom]

    def reference(self, record: Any) -> dict[str, Any]:
        """What a list and an answer to a write tell of a record."""
        key = str(self.value("key", record))
        found = {"key": key, "id": str(self.value("id", record) or key)}
        if self.definition:
            found["documentType"] = self.definition
        return {**found, "href": self.href(key)}
