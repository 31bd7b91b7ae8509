"""What every list of the admin tells besides its rows."""

from collections.abc import Iterator

from django.contrib.admin.views.main import ChangeList


class PortalChangeList(ChangeList):
    """A list that says which of its filters are in use."""

    def chosen_filters(self) -> Iterator[dict[str, str]]:
        """For each filter in use its title, the words of the choice, the list's query without."""
        for spec in self.filter_specs:
            _all, *choices = spec.choices(self)
            chosen = next((choice for choice in choices if choice["selected"]), None)
            if chosen:
                yield {
                    "title": spec.title,
                    "words": str(chosen["display"]).strip(),
                    "without": self.get_query_string(remove=spec.expected_parameters()),
                }
