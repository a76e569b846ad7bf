"""The desks for prices: two lists, the standard one and another, and what an account would pay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tidegate.conformance.memory.books import STANDARD, Books
from tidegate.conformance.memory.inside import Inside
from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import ZERO, product, rounded
from tidegate.domain.prices.price_book import CustomerPrice, ListPrice, PriceBook, PriceList, PriceQuestion


class Prices:
    """The lists, and what changed on them."""

    lists_contracts = False

    def __init__(self, company: Inside) -> None:
        self._company = company

    def read(self, since: str | None) -> tuple[PriceBook, str, bool] | Failure:
        """All prices of each product of which one has changed; a price that follows the standard changes with it."""
        return self._company.calls_made.read("read prices", lambda: self._book(since))

    def _book(self, since: str | None) -> tuple[PriceBook, str, bool]:
        books = self._company.books
        lists = [
            PriceList(
                code, code, books.currency, standard=code == STANDARD, active=code not in books.closed_lists
            )
            for code in books.prices
        ]
        changed = {
            sku
            for code, listed in books.prices.items()
            for sku in listed
            if since is None or books.price_changed(code, sku) > int(since)
        }
        rows = [
            ListPrice(code, sku, price)
            for code, listed in books.prices.items()
            for sku in listed
            if sku in changed
            if (price := books.price(code, sku)) is not None
        ]
        return PriceBook(tuple(lists), tuple(rows)), str(books.tick), since is None


class Enquiries:
    """What single accounts pay."""

    def __init__(self, company: Inside) -> None:
        self._company = company

    def ask(self, questions: Sequence[PriceQuestion]) -> Iterator[CustomerPrice | Failure]:
        """One call for each."""
        for one in questions:
            yield self._company.calls_made.read(
                "ask price",
                lambda one=one: answer(self._company.books, one),  # type: ignore[misc]
            )


def answer(books: Books, question: PriceQuestion) -> CustomerPrice | Failure:
    """The price of the account's list, else of the standard one."""
    account = books.accounts.get(question.account)
    if account is None:
        text = f"The company has no customer {question.account}."
        return Failure(Code.UNKNOWN_CUSTOMER, text, missing=f"customer:{question.account}", sent=False)
    price = books.price(account.price_list or STANDARD, question.sku)
    if price is None:
        text = f"The company has no product {question.sku}."
        return Failure(Code.UNKNOWN_SKU, text, missing=f"sku:{question.sku}", sent=False)
    agreed = [
        one
        for one in books.agreed.get((account.account, question.sku), ())
        if one.minimum <= question.quantity
    ]
    percent = max(agreed, key=lambda one: one.minimum).percent if agreed else ZERO
    price = rounded(product(price, 1 - percent / 100), 2)
    return CustomerPrice(account.account, question.sku, price, books.currency, question.quantity)
