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

__all__ = [
    "Article",
    "ArticleDepartment",
    "ArticlePerson",
    "ArticlePhoto",
    "ArticleUpdate",
    "Attachment",
    "Autosave",
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
