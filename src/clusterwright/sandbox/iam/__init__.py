"""IAM that decides: who signed a request, whether policies allow it, and what AWS says when they do not.

`decision` and what it imports (`documents`, `conditions`, `patterns`) are pure. `requests*` say what a call
asks for; `principals` reads who asks out of moto's world; `layer` puts it all before moto and our EKS.
"""

CALLER = "clusterwright.caller"
"""Where in a call's environ it says who made it, once that is known."""

ALLOWED_BY = "clusterwright.allowed_by"
"""Where in a call's environ it says which statement let it in."""
