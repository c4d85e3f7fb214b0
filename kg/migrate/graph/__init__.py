"""What a migration does to graphs: SPARQL updates of the named graphs of cases."""
