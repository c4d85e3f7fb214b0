"""Names that may be one organisation: proposals with reasons for a person to decide. Nothing here merges anything."""

from kg.candidates.proposals import Candidate, candidates
from kg.candidates.pseudo import pseudo
from kg.candidates.uses import OrganisationUse, uses

__all__ = ["Candidate", "OrganisationUse", "candidates", "pseudo", "uses"]
