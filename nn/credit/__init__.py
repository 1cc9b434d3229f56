"""Who is to blame for the error: the credit δ·z of every weight, in numbers, words and pictures."""

from nn.credit.assign import assign_credit
from nn.credit.batch import BatchCredit
from nn.credit.credit import Credit

__all__ = ["BatchCredit", "Credit", "assign_credit"]
