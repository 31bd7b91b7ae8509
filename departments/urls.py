from django.urls import path

from departments import open_data, views
from portal import drawn

app_name = "departments"

urlpatterns = [
    path("gioi-thieu/", drawn.once(views.about), name="about"),
    path("co-cau-to-chuc/", drawn.once(views.structure), name="structure"),
    path(
        "co-cau-to-chuc/<slug:slug>/", drawn.once(views.department_detail), name="department_detail"
    ),
    path("lanh-dao/", drawn.once(views.leaders), name="leaders"),
    path("lanh-dao/<slug:slug>/", drawn.once(views.person_detail), name="person_detail"),
    path("lien-he/", drawn.once(views.contact), name="contact"),
    path("du-lieu/<slug:name>.csv", open_data.as_csv, name="open_data_csv"),
    path("du-lieu/<slug:name>.json", open_data.as_json, name="open_data_json"),
]
