"""What templates call of the news, also those of units and people."""

from jinja2.ext import Extension

from news import elsewhere, schema_org, sharing


class News(Extension):
    def __init__(self, environment):
        super().__init__(environment)
        environment.globals |= {
            "news_of_unit": elsewhere.news_of_unit,
            "news_of_person": elsewhere.news_of_person,
            "article_card": sharing.article_card,
            "article_facts": schema_org.news_article,
            "website_facts": schema_org.website,
        }
