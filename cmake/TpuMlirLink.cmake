# How this project links against an installed MLIR that was built without the
# Python bindings (Debian: MLIR_ENABLE_BINDINGS_PYTHON=0,
# MLIR_INSTALL_AGGREGATE_OBJECTS=OFF, LLVM_LINK_LLVM_DYLIB=ON).

# tpu_mlir_libs(<var> <MLIR component>...): the components, or libMLIR.so alone.
function(tpu_mlir_libs out)
  if(TPU_MLIR_LINK_MLIR_DYLIB)
    set(${out} MLIR PARENT_SCOPE)
  else()
    set(${out} ${ARGN} PARENT_SCOPE)
  endif()
endfunction()

if(NOT TPU_MLIR_LINK_MLIR_DYLIB)
  # The exported MLIR archives name the shared "LLVM" target; make them name
  # the LLVM archives instead, so that exactly one copy of LLVMSupport exists.
  set(LLVM_LINK_LLVM_DYLIB OFF)
  set(_llvm_static LLVMCore LLVMSupport LLVMTargetParser LLVMBinaryFormat)
  foreach(_t IN LISTS MLIR_EXPORTED_TARGETS)
    foreach(_p INTERFACE_LINK_LIBRARIES MLIR_AGGREGATE_DEP_LIBS_IMPORTED)
      get_target_property(_l ${_t} ${_p})
      if(_l AND "LLVM" IN_LIST _l)
        list(REMOVE_ITEM _l LLVM)
        set_target_properties(${_t} PROPERTIES ${_p} "${_l};${_llvm_static}")
      endif()
    endforeach()
  endforeach()
endif()

# tpu_mlir_import_capi_objects(<MLIRCAPI target>...): gives each imported C-API
# archive the object library "obj.<name>" that its exported properties mention
# but that the package leaves out, by unpacking the archive. After this the
# upstream add_mlir_python_common_capi_library() works unchanged.
function(tpu_mlir_import_capi_objects)
  foreach(lib ${ARGN})
    if(TARGET obj.${lib})
      continue()
    endif()
    get_target_property(_a ${lib} LOCATION)
    set(_dir ${PROJECT_BINARY_DIR}/capi-objects/${lib})
    # Once per archive: new time stamps at every configure would relink everything.
    if(NOT EXISTS ${_dir}/.stamp OR "${_a}" IS_NEWER_THAN ${_dir}/.stamp)
      file(REMOVE_RECURSE ${_dir})
      file(MAKE_DIRECTORY ${_dir})
      execute_process(COMMAND ${CMAKE_AR} x ${_a} WORKING_DIRECTORY ${_dir} COMMAND_ERROR_IS_FATAL ANY)
      file(TOUCH ${_dir}/.stamp)
    endif()
    file(GLOB _objs ${_dir}/*.o)
    add_library(obj.${lib} OBJECT IMPORTED GLOBAL)
    set_target_properties(obj.${lib} PROPERTIES IMPORTED_OBJECTS "${_objs}")
    if(TPU_MLIR_LINK_MLIR_DYLIB)
      # Everything behind the C API is in libMLIR.so.
      set_target_properties(${lib} PROPERTIES
        INTERFACE_LINK_LIBRARIES "MLIR;LLVM"
        MLIR_AGGREGATE_DEP_LIBS_IMPORTED "MLIR;LLVM")
    endif()
  endforeach()
endfunction()

# tpu_mlir_library(<name> <sources>... [DEPENDS <targets>...] [LINK <libraries>...]):
# a static library of this project; sources not listed are refused.
function(tpu_mlir_library name)
  cmake_parse_arguments(A "" "" "DEPENDS;LINK" ${ARGN})
  tpu_mlir_libs(_libs ${A_LINK})
  add_mlir_library(${name} STATIC ${A_UNPARSED_ARGUMENTS} DISABLE_INSTALL
    DEPENDS ${A_DEPENDS} LINK_LIBS PUBLIC ${_libs})
endfunction()
