"""The standards of the Virtual Observatory: ADQL, TAP, jobs, VOTable, DataLink, SODA."""
