"""The personnel table with maplib: `python maplib_personnel.py IN.csv OUT.nt`, in an environment that has it.

maplib has templates (OTTR) and takes columns from polars, in which the IRIs are made; only the plus sign of `65+` needs
an escape in this table. It holds everything in memory, builds a store that could be queried, and writes that.
"""

import sys

import polars as pl
from maplib import Model

BASE = "https://lod.example.org/"
LANGUAGE_STRING = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#langString>"
TEMPLATES = """
@prefix ottr: <http://ns.ottr.xyz/0.4/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix qb: <http://purl.org/linked-data/cube#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dim: <https://lod.example.org/def/dimension/> .
@prefix mea: <https://lod.example.org/def/measure/> .
@prefix t: <https://lod.example.org/template/> .
t:observation [ ottr:IRI ?s, xsd:integer ?year, ottr:IRI ?agency, ottr:IRI ?county, ottr:IRI ?sex, ottr:IRI ?rank,
  ottr:IRI ?edu, xsd:string ?age, ? xsd:integer ?headcount, xsd:decimal ?mean_age, xsd:integer ?salary ] :: {
  ottr:Triple(?s, rdf:type, qb:Observation) ,
  ottr:Triple(?s, qb:dataSet, <https://lod.example.org/id/dataset/personnel>) ,
  ottr:Triple(?s, dim:year, ?year) , ottr:Triple(?s, dim:agency, ?agency) , ottr:Triple(?s, dim:county, ?county) ,
  ottr:Triple(?s, dim:sex, ?sex) , ottr:Triple(?s, dim:rank, ?rank) , ottr:Triple(?s, dim:education, ?edu) ,
  ottr:Triple(?s, dim:ageBand, ?age) , ottr:Triple(?s, mea:headcount, ?headcount) ,
  ottr:Triple(?s, mea:meanAge, ?mean_age) , ottr:Triple(?s, mea:meanSalary, ?salary) } .
t:agency [ ottr:IRI ?s, rdf:langString ?label ] :: {
  ottr:Triple(?s, rdf:type, org:FormalOrganization) , ottr:Triple(?s, rdfs:label, ?label) } .
t:rank [ ottr:IRI ?s, rdf:langString ?label ] :: {
  ottr:Triple(?s, rdf:type, skos:Concept) , ottr:Triple(?s, skos:prefLabel, ?label) } .
"""


def iri(*parts: object) -> pl.Expr:
    """A template: texts, and columns as expressions."""
    return pl.concat_str([pl.lit(part) if isinstance(part, str) else part for part in (BASE, *parts)])


def language_string(column: str) -> pl.Expr:
    """A Chinese label as maplib wants it: value and tag side by side."""
    return pl.struct(pl.col(column).alias(LANGUAGE_STRING), pl.lit("zh-Hant-TW").alias("l")).alias("label")


def main(source: str, target: str) -> None:
    """Read, map, write."""
    rows = pl.read_csv(source, schema_overrides=dict.fromkeys(["sex_code", "rank_code", "edu_code"], pl.String))
    col = pl.col
    age = col("age").str.replace("+", "%2B", literal=True)
    key = [col("year").cast(pl.String)]
    for part in (col("agency_code"), col("sex_code"), col("rank_code"), col("edu_code"), age):
        key += ["/", part]
    observations = rows.select(
        iri("id/observation/", *key).alias("s"),
        col("year"),
        iri("id/agency/", col("agency_code")).alias("agency"),
        iri("id/county/", col("county")).alias("county"),
        iri("id/code/sex/", col("sex_code")).alias("sex"),
        iri("id/code/rank/", col("rank_code")).alias("rank"),
        iri("id/code/education/", col("edu_code")).alias("edu"),
        col("age"),
        col("headcount"),
        col("mean_age").cast(pl.Decimal(38, 12)),
        col("mean_salary").alias("salary"),
    )
    model = Model()
    model.add_template(TEMPLATES)
    model.map(f"{BASE}template/observation", observations)
    for template, folder, code, name in (
        ("agency", "id/agency/", "agency_code", "agency_name"),
        ("rank", "id/code/rank/", "rank_code", "rank"),
    ):
        distinct = rows.select(code, name).unique()
        labelled = distinct.select(iri(folder, col(code)).alias("s"), language_string(name))
        model.map(f"{BASE}template/{template}", labelled)
    model.write(target, format="ntriples")


if __name__ == "__main__":
    main(*sys.argv[1:])
