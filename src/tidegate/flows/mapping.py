"""From the configuration's words to the rules' values: the domain reads no configuration."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from tidegate.config import model
from tidegate.domain.orders.customers import CustomerRules
from tidegate.domain.orders.terms import PaymentTerms, ShippingTerms, Terms
from tidegate.sage.port.orders import OrderWriting


def terms_of(
    name: str,
    settings: model.ConnectionSettings,
    company: model.CompanySettings,
    writing: OrderWriting,
    rates: Mapping[str, Decimal],
    groups: Mapping[str, str] | None = None,
) -> Terms:
    """The mappings of connection `name`; `rates` are the company's own tax rates in percent.

    `groups` are the product groups by the company's codes, as far as they are known.
    """
    return Terms(
        currency=company.currency,
        connection=name,
        payments={
            method: PaymentTerms(each.account, each.terms) for method, each in settings.payments.items()
        },
        shipping={
            method: ShippingTerms(each.charge, each.account, each.carrier)
            for method, each in settings.shipping.items()
        },
        tax_codes=settings.tax.codes,
        tax_rates=rates,
        revenue=tuple(settings.revenue.accounts.items()),
        revenue_groups=tuple(settings.revenue.groups.items()),
        groups=groups or {},
        skus=settings.skus,
        text_skus=frozenset(settings.skip_skus),
        warehouse=settings.warehouse,
        tolerance=settings.rounding.tolerance,
        rounding_account=settings.rounding.account,
        rounding_tax_code=settings.rounding.tax_code,
        amounts=settings.amounts.side,
        extras=settings.amounts.terms(),
        texts=settings.texts.rules(),
        bundles=settings.bundles,
        reference_prefix=settings.reference_prefix,
        reference_length=writing.reference_length,
        time_zone=company.time_zone,
        tax=writing.tax,
        customers=writing.customers,
        line_kinds=writing.line_kinds,
        shipping_as=writing.shipping,
        computes_shipping_tax=writing.computes_shipping_tax,
        rounding_as=writing.rounding,
        default_account=writing.default_account,
        rounding_code=settings.rounding.code,
        destinations=tuple(each.rule() for each in settings.tax.destinations),
    )


def customer_rules(name: str, settings: model.ConnectionSettings, writing: OrderWriting) -> CustomerRules:
    """Whose account orders of connection `name` go to."""
    rule = settings.customers
    return CustomerRules(
        unknown=rule.unknown,
        guest_account=rule.guest_account,
        web_account=rule.web_account,
        create_on_hold=rule.create_on_hold,
        account_prefix=rule.account_prefix,
        accounts=rule.accounts,
        trust_emails=rule.trust_emails,
        account_length=writing.account_length,
        connection=name,
    )
