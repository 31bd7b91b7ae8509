from django.urls import path

from departments import views

app_name = "departments"

urlpatterns = [
    path("co-cau-to-chuc/<slug:slug>/", views.department_detail, name="department_detail"),
]
