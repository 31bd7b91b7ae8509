"""An article and the site as search engines read them, for templates."""

from django import template

from news import schema_org

register = template.Library()
register.simple_tag(schema_org.news_article, name="article_facts")
register.simple_tag(schema_org.website, name="website_facts")
