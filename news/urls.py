from django.urls import path

from news import views

app_name = "news"

urlpatterns = [
    path("tin-tuc/", views.ArticleListView.as_view(), name="article_list"),
    path("tin-tuc/<int:pk>/", views.ArticleDetailView.as_view(), name="article_short"),
    path(
        "tin-tuc/<str:slug>-<int:pk>/ban-in/",
        views.ArticlePrintView.as_view(),
        {"page": "ban-in/"},
        name="article_print",
    ),
    # str: an old or mistyped slug of any letters still leads to the article.
    path("tin-tuc/<str:slug>-<int:pk>/", views.ArticleDetailView.as_view(), name="article_detail"),
    path("chuyen-muc/<slug:slug>/", views.CategoryDetailView.as_view(), name="category_detail"),
    path("bao-cao/", views.ReportListView.as_view(), name="report_list"),
    path("bao-cao/<int:year>/", views.ReportYearView.as_view(), name="report_year"),
]
