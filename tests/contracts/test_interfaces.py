"""What a tier promises in its contract is what its service carries out: names, parameters, results."""

from __future__ import annotations

import inspect
import typing

import pytest
from temporalio import activity, workflow

from services.account_mgmt import activities as account_mgmt
from services.conversion import activities as conversion
from services.lead_gen import activities as lead_gen
from tests.workflows import fakes
from workflows.campaign import Campaign
from workflows.cold_call import ColdCall
from workflows.contracts.account_mgmt import AccountMgmtActivities, CustomerCareWorkflow
from workflows.contracts.base import Message
from workflows.contracts.catalogue import PublishCatalogueWorkflow
from workflows.contracts.conversion import ConversionActivities, ConversionWorkflow
from workflows.contracts.lead_gen import CampaignWorkflow, ColdCallWorkflow, LeadGenActivities
from workflows.conversion.workflow import Conversion
from workflows.customer_care.workflow import CustomerCare
from workflows.publish_catalogue import PublishCatalogue


def activities_of(cls: type) -> dict[str, tuple[type, type]]:
    """Activity name -> (request, result)."""
    found = {}
    for _, function in inspect.getmembers(cls, inspect.isfunction):
        definition = activity._Definition.from_callable(function)
        if definition is not None:
            hints = typing.get_type_hints(function)
            found[definition.name] = (hints["request"], hints["return"])
    return found


@pytest.mark.parametrize(
    ("contract", "implementation"),
    [
        (LeadGenActivities, lead_gen.Activities),
        (ConversionActivities, conversion.Activities),
        (AccountMgmtActivities, account_mgmt.Activities),
        (LeadGenActivities, fakes.FakeLeadGen),
        (ConversionActivities, fakes.FakeConversion),
        (AccountMgmtActivities, fakes.FakeAccountMgmt),
    ],
)
def test_a_service_carries_out_its_contract(contract: type, implementation: type) -> None:
    promised = activities_of(contract)
    assert promised
    assert activities_of(implementation) == promised
    for request, result in promised.values():
        assert issubclass(request, Message)
        assert issubclass(result, Message)


@pytest.mark.parametrize(
    ("contract", "implementation"),
    [
        (ColdCallWorkflow, ColdCall),
        (CampaignWorkflow, Campaign),
        (ConversionWorkflow, Conversion),
        (CustomerCareWorkflow, CustomerCare),
        (PublishCatalogueWorkflow, PublishCatalogue),
    ],
)
def test_a_workflow_listens_to_every_signal_of_its_contract(contract: type, implementation: type) -> None:
    promised = workflow._Definition.must_from_class(contract)
    real = workflow._Definition.must_from_class(implementation)
    assert real.name == promised.name
    assert set(real.signals) == set(promised.signals)
    for name, signal in promised.signals.items():
        assert real.signals[name].arg_types == signal.arg_types, name
