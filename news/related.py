"""What to read next: the editor's picks, then the newest of the same category."""

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from news.models import Article
from news.newest import newest_ids
from portal.prepared import Prepared
from portal.unions import any_of

RELATED = 5


def related_to(article: Article) -> list[Article]:
    """At most five other public articles, none twice; one query."""
    return _related(
        article=article.draft_of_id or article.pk,
        picked_by=article.pk,
        category=article.category_id,
        now=timezone.now(),
    )


@Prepared
def _related(article, picked_by, category, now):
    """The picks stand on the row at hand, a working copy's on the copy."""
    published = Article.objects.published(at=now).exclude(pk=article)
    picks = Article.related.through.objects.filter(from_article=picked_by)
    picked = published.filter(pk__in=picks.values("to_article"))
    same = newest_ids([published.filter(category=category)], rows=RELATED * 2)
    ids = any_of(picked.values("id")[:RELATED], same)
    return (
        Article.objects.filter(Q(pk__in=ids))
        .annotate(is_pick=Exists(picks.filter(to_article=OuterRef("pk"))))
        .only("title", "slug", "publish_at")
        .order_by("-is_pick", "-publish_at", "-pk")[:RELATED]
    )
