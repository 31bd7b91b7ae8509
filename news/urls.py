from django.urls import path

from news import feeds, sitemaps, views
from portal import drawn
from portal.replica import on_primary

app_name = "news"

urlpatterns = [
    path("tin-tuc/", drawn.once(views.ArticleListView.as_view()), name="article_list"),
    path("tin-tuc/<int:pk>/", drawn.once(views.ArticleDetailView.as_view()), name="article_short"),
    path(
        "tin-tuc/<str:slug>-<int:pk>/ban-in/",
        views.ArticlePrintView.as_view(),
        name="article_print",
    ),
    # str: an old or mistyped slug of any letters still leads to the article.
    path(
        "tin-tuc/<str:slug>-<int:pk>/",
        drawn.once(views.ArticleDetailView.as_view()),
        name="article_detail",
    ),
    # A link that was made or ended a second ago is as it is, not as the replica knows it.
    path(
        "xem-truoc/<str:key>/",
        on_primary(views.PreviewLinkView.as_view()),
        name="preview_link",
    ),
    path(
        "chuyen-muc/<slug:slug>/",
        drawn.once(views.CategoryDetailView.as_view()),
        name="category_detail",
    ),
    path("bao-cao/", drawn.once(views.ReportListView.as_view()), name="report_list"),
    path("bao-cao/<int:year>/", drawn.once(views.ReportYearView.as_view()), name="report_year"),
    path("rss/", feeds.latest, name="feed"),
    path("rss/<slug:slug>/", feeds.of_category, name="category_feed"),
    path("rss/don-vi/<slug:slug>/", feeds.of_unit, name="unit_feed"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-trang.xml", sitemaps.pages, name="sitemap_pages"),
    path("sitemap-bai-viet-<int:number>.xml", sitemaps.articles, name="sitemap_articles"),
    path("sitemap-tin-moi.xml", sitemaps.news, name="sitemap_news"),
]
