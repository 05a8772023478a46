# CURLOPT_XOAUTH2_BEARER with HTTP is older, but midas needs this release anyway.
if(NOT TARGET CURL::libcurl)
  find_package(CURL 7.85 QUIET)
endif()
set(midas_adapter_needs CURL::libcurl)
