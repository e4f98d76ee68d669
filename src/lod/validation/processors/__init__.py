"""SHACL processors of others, behind one interface: `lod.validation.processors.processor`."""
