"""How long footage is kept, held and destroyed: decided in the transaction that writes it down."""
