"""Names that may be one organisation: proposals with reasons for a person to decide. Nothing here merges anything."""

from kg.candidates.names import pseudo
from kg.candidates.proposals import Candidate, OrganisationUse, candidates

__all__ = ["Candidate", "OrganisationUse", "candidates", "pseudo"]
