"""How staff come in, and how long they stay: sign-in, second factor, limits, sessions.

django-allauth has the second factor and the steps between password and session; everything else
that it offers (sign-up, e-mail addresses, social accounts) is not mounted.
"""
