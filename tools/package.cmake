# `cpack` in the build folder makes a .deb of what `cmake --install` installs. Its dependencies are
# read from the libraries that the binaries need.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME vqcodec)
set(CPACK_PACKAGE_CONTACT "vqcodec maintainers <maintainers@vqcodec.invalid>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION graphics)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"A hierarchical VQ-VAE turns pictures into codes, an integer prior and a range
coder make small files of them. Holds the program, a library with a C API, and
models for photographs.")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)  # and the trigger for ldconfig
if(VQCODEC_MODELS)
  # LibTorch computes matrix products forty times faster with it than with the reference BLAS.
  set(CPACK_DEBIAN_PACKAGE_RECOMMENDS libopenblas0-pthread)
endif()
set(CPACK_DEBIAN_PACKAGE_SUGGESTS gnuplot-nox)
include(CPack)
