"""The addresses of the HTTP interface."""

from __future__ import annotations

from django.urls import path

from tidegate.console import bell, health, metrics, portal, prices

urlpatterns = [
    path("health", health.health),
    path("ready", health.ready),
    path("metrics", metrics.metrics),
    path("api/v1/prices", prices.prices),
    path("api/v1/portal/invoices", portal.invoices),
    path("api/v1/portal/invoices/<str:number>", portal.invoice),
    path("api/v1/hook/<str:store>", bell.hooks),
    path("api/v1/bell/<str:company>", bell.bells),
    path("api/v1/bell/<str:company>/<path:rest>", bell.bells),
]
