"""Who is there: passwords and one-time codes, invitations, sign-ins, API keys.

Pure but for ``passwords``, which takes time on purpose. What is kept is kept by the storage.
"""
