"""What a migration does to graphs: SPARQL updates of the named graphs of cases, and the proof that they are right."""
