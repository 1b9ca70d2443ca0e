"""Imports of leads."""

from __future__ import annotations

from fastapi import APIRouter

from services.chassis.imports.routes import import_router
from services.lead_gen.domain.import_file import LeadTable

router: APIRouter = import_router(LeadTable(), "Import a file of leads")
