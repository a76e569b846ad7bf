"""A simulated Sage Business Cloud Accounting: sign-in, API and businesses (see docs/sage/business-cloud.md)."""

from tidegate_sandbox.business_cloud.build import build
from tidegate_sandbox.business_cloud.demo import demo_company
from tidegate_sandbox.business_cloud.face import BusinessCloudFace
from tidegate_sandbox.business_cloud.options import Options

__all__ = ["BusinessCloudFace", "Options", "build", "demo_company"]
