"""The grammar of ADQL 2.1 as recursive descent, one module a subject; the outcome is a tree of sqlglot expressions."""
