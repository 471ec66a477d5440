from django.urls import path

from config.webhooks import receive

urlpatterns = [path("webhooks/contio", receive)]
