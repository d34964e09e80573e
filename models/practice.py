"""Limits that practitioners use, and where they say so; the five sources give hardly a number.

A model that takes one of them over names it as a threshold and cites the source here in its help. What no public text could be found for is called a custom
of the field, and everything else is the model's own choice. None of them is true of *your* customers before a backtest has said so.
"""

__all__ = ["CUSTOM", "DROP", "ENGAGED", "NPS", "SOURCES", "TENURE", "WINDOWS"]

NPS = "Reichheld, The One Number You Need to Grow, Harvard Business Review, December 2003"
ENGAGED = "user engagement in the handbook of GitLab, monthly active users over seats in that of Sourcegraph"
TENURE = "licence utilisation by months since the start, handbook of GitLab"
DROP = "triggers of usage playbooks, handbook of GitLab: down a fifth or more, month on month"
WINDOWS = "the 120, 90, 60 and 30 days of most renewal playbooks; 180 for large accounts and those at risk"
CUSTOM = "a custom of the field, without a single text to point to"

SOURCES = {
    NPS: "https://hbr.org/2003/12/the-one-number-you-need-to-grow",
    ENGAGED: "https://handbook.gitlab.com/handbook/customer-success/product-usage-data/use-case-adoption",
    TENURE: "https://handbook.gitlab.com/handbook/customer-success/product-usage-data/use-case-adoption",
    DROP: "https://handbook.gitlab.com/handbook/customer-success/product-usage-data/metrics-based-playbooks/",
    WINDOWS: "",
}
"""Where to read on; windows are a custom of the field: many guides name them, and none is their origin."""
