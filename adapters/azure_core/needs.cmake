# The core of the Azure SDK for C++.
find_package(azure-core-cpp CONFIG QUIET)
set(midas_adapter_needs Azure::azure-core)
