"""Customer lifecycle management: every area in which a customer meets the company, from how they are attracted to a customer for life.

The source says that stages have goals, that they answer questions which customers ask, that they break where one organisation hands over
to another, that each target market has a journey of its own, and that all of it is revised with the years. The diagram with its stages is lost;
names and number of stages, what moves a customer between them and all limits are ours, as the source invites. `relationship` is the
lifecycle, `markets` the three target markets with their windows, owners and touchpoints. `relationships.csv` tells of four companies.
"""

from models.management.markets import EnterpriseRelationship, MidMarketRelationship, SmallBusinessRelationship
from models.management.relationship import Relationship

__all__ = ["EnterpriseRelationship", "MidMarketRelationship", "Relationship", "SmallBusinessRelationship"]
