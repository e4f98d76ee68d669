"""What a catalogue says of a statistical dataset besides: https://semiceu.github.io/StatDCAT-AP/drafts/3.0.0/."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode, Store

from lod.rdf.namespaces import QB, RDFS, SDMX_ATTRIBUTE, SKOS, STAT, XSD
from lod.release.bulk.tidy import TidyTable
from lod.release.descriptions.description import Description, texts
from lod.release.descriptions.structure import labels_of

_CLASSES = {
    "dimension": QB + "DimensionProperty",
    "measure": QB + "MeasureProperty",
    "attribute": QB + "AttributeProperty",
}


def describe_statistics(about: Description, store: Store, table: TidyTable) -> None:
    """State dimensions, measures, attributes and units of a dataset, and of how many series it is."""
    dataset = table.dataset
    if table.structure is None:
        return
    for component in table.structure.components:
        about.say(dataset, STAT + component.kind, component.property)
        about.is_a(component.property, _CLASSES[component.kind])
        about.say(component.property, RDFS + "label", *texts(component.labels))
        about.say(component.property, SDMX_ATTRIBUTE + "unitMeasure", component.unit)
    for unit in dict.fromkeys(each.unit for each in table.structure.of("measure") if each.unit):
        about.say(dataset, STAT + "statUnitMeasure", unit)
        about.is_a(unit, SKOS + "Concept")
        about.say(unit, SKOS + "prefLabel", *texts(labels_of(store, unit)))
    about.say(dataset, STAT + "numSeries", Literal(str(table.series), datatype=NamedNode(XSD + "integer")))
