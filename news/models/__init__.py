"""The news: what readers see (articles), and what the desk keeps for itself (desk)."""

from news.models.articles import (
    Article,
    ArticleDepartment,
    ArticlePerson,
    ArticlePhoto,
    ArticleUpdate,
    Attachment,
    Category,
    Conference,
    Photo,
    Report,
    Transition,
    UrgentNotice,
    branch,
)
from news.models.desk import Autosave, Notification, PreviewLink, Remark, WordFile
from news.models.links import BrokenLink

__all__ = [
    "Article",
    "ArticleDepartment",
    "ArticlePerson",
    "ArticlePhoto",
    "ArticleUpdate",
    "Attachment",
    "Autosave",
    "BrokenLink",
    "Category",
    "Conference",
    "Notification",
    "Photo",
    "PreviewLink",
    "Remark",
    "Report",
    "Transition",
    "UrgentNotice",
    "WordFile",
    "branch",
]
