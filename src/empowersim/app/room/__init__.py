"""The room: a PIN, a question, bets, and the phones that place them."""
