"""``$metadata``: EDMX 4.0 with the entity sets of one module (contract §2)."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, tostring

from tidegate_sandbox.sage300.resource import TYPES, Resource

EDMX = "http://docs.oasis-open.org/odata/ns/edmx"
EDM = "http://docs.oasis-open.org/odata/ns/edm"


def document(resources: Iterable[Resource]) -> bytes:
    """The document; processes have no entity."""
    root = Element("edmx:Edmx", {"Version": "4.0", "xmlns:edmx": EDMX})
    schema = SubElement(
        SubElement(root, "edmx:DataServices"), "Schema", {"Namespace": "Sage300", "xmlns": EDM}
    )
    listed = [one for one in resources if one.process is None]
    for one in listed:
        for name, details in one.details.items():
            inside = SubElement(schema, "ComplexType", {"Name": f"{one.name}_{name}"})
            for each, kind in details.types.items():
                SubElement(inside, "Property", {"Name": each, "Type": TYPES[kind]})
        entity = SubElement(schema, "EntityType", {"Name": f"{one.name}Entity"})
        key = SubElement(entity, "Key")
        for part in one.key:
            SubElement(key, "PropertyRef", {"Name": part})
        for each, (kind, _) in one.fields.items():
            attributes = {"Name": each, "Type": TYPES[kind]}
            if each in one.key:
                attributes["Nullable"] = "false"
            SubElement(entity, "Property", attributes)
        for name in one.details:
            kind = f"Collection(Sage300.{one.name}_{name})"
            SubElement(entity, "Property", {"Name": name, "Type": kind})
    container = SubElement(schema, "EntityContainer", {"Name": "Container"})
    for one in listed:
        SubElement(container, "EntitySet", {"Name": one.name, "EntityType": f"Sage300.{one.name}Entity"})
    return b'<?xml version="1.0" encoding="utf-8"?>' + tostring(root)
