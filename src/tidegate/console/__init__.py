"""What the hub answers over HTTP: prices at the cart, and invoices for the shop's signed-in customers."""
