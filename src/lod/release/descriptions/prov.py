"""`prov.ttl`: what a release was made from, by what, when.

https://www.w3.org/TR/prov-o/
"""

from __future__ import annotations

from collections.abc import Mapping

from pyoxigraph import Literal, NamedNode

from lod.rdf.iris import iri_safe
from lod.rdf.namespaces import DCAT, DCT, FOAF, PROV, RDFS, SPDX, XSD
from lod.release.descriptions.dcat import Edition
from lod.release.descriptions.description import Description, moment, texts
from lod.release.release import Site


def describe_origin(
    site: Site, edition: Edition, inputs: Mapping[str, str], generator: str, started: str
) -> Description:
    """The build as an activity that used every input, each named by its path and SHA-256."""
    about, release = Description(), f"{site.base_iri}dump/{edition.name}/"
    document = f"{release}prov.ttl"
    build, engine = f"{document}#build", f"{document}#engine"
    about.is_a(release, PROV + "Entity")
    about.say(release, DCT + "title", *texts(site.title))
    about.say(release, DCAT + "version", Literal(edition.name))
    about.say(release, PROV + "wasGeneratedBy", build)
    about.say(release, PROV + "generatedAtTime", moment(edition.created))
    about.say(release, PROV + "wasAttributedTo", site.agency_iri)
    about.say(release, PROV + "wasRevisionOf", f"{site.base_iri}dump/{edition.previous}/" if edition.previous else "")
    about.is_a(build, PROV + "Activity")
    about.say(build, PROV + "startedAtTime", moment(started))
    about.say(build, PROV + "endedAtTime", moment(edition.created))
    about.say(build, PROV + "wasAssociatedWith", engine)
    about.is_a(engine, PROV + "SoftwareAgent", PROV + "Agent")
    about.say(engine, FOAF + "name", Literal(generator))
    about.is_a(site.agency_iri, PROV + "Organization", PROV + "Agent")
    about.say(site.agency_iri, FOAF + "name", *texts(site.agency_name))
    for path, digest in sorted(inputs.items()):
        entity = f"{document}#{'/'.join(iri_safe(part) for part in path.split('/'))}"
        about.say(build, PROV + "used", entity)
        about.say(release, PROV + "wasDerivedFrom", entity)
        about.is_a(entity, PROV + "Entity")
        about.say(entity, RDFS + "label", Literal(path))
        about.say(entity, SPDX + "checksum", f"{entity}-checksum")
        about.is_a(f"{entity}-checksum", SPDX + "Checksum")
        about.say(f"{entity}-checksum", SPDX + "algorithm", SPDX + "checksumAlgorithm_sha256")
        about.say(f"{entity}-checksum", SPDX + "checksumValue", Literal(digest, datatype=NamedNode(XSD + "hexBinary")))
    return about
