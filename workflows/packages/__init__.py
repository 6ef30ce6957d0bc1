"""Packages: an organisation's regulations as files, read, checked and loaded into an installation."""

from workflows.packages.bundling import bundle_of, surroundings_of
from workflows.packages.checking import CheckReport, check_packages
from workflows.packages.faults import PackageFault
from workflows.packages.loading import LoadReport, load_packages
from workflows.packages.package import Package, PackageGroup, PackagePerson, PackageProvision
from workflows.packages.reading import read_package, read_packages

__all__ = [
    "CheckReport",
    "LoadReport",
    "Package",
    "PackageFault",
    "PackageGroup",
    "PackagePerson",
    "PackageProvision",
    "bundle_of",
    "check_packages",
    "load_packages",
    "read_package",
    "read_packages",
    "surroundings_of",
]
