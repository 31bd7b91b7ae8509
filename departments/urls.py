from django.urls import path

from departments import open_data, views

app_name = "departments"

urlpatterns = [
    path("gioi-thieu/", views.about, name="about"),
    path("co-cau-to-chuc/", views.structure, name="structure"),
    path("co-cau-to-chuc/<slug:slug>/", views.department_detail, name="department_detail"),
    path("lanh-dao/", views.leaders, name="leaders"),
    path("lanh-dao/<slug:slug>/", views.person_detail, name="person_detail"),
    path("lien-he/", views.contact, name="contact"),
    path("du-lieu/<slug:name>.csv", open_data.as_csv, name="open_data_csv"),
    path("du-lieu/<slug:name>.json", open_data.as_json, name="open_data_json"),
]
