"""A recorded function as machine code, by LLVM: the one room that imports llvmlite."""
