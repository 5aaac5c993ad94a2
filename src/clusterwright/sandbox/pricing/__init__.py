"""The Price List API: what machines, gateways and control planes cost, as far as clusters consist of them."""
