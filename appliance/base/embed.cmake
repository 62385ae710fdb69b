# SPDX-License-Identifier: Apache-2.0
# Writes OUT: every file of FILES (relative to ROOT) as bytes in one table `embedded_NAME`.
set(bodies "")
set(rows "")
set(n 0)
foreach(file ${FILES})
  file(READ ${ROOT}/${file} hex HEX)
  string(LENGTH "${hex}" digits)
  math(EXPR bytes "${digits} / 2")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," list "${hex}")
  string(APPEND bodies "static const unsigned char file_${n}[] = {${list}0};\n")
  string(APPEND rows "    {\"${file}\", file_${n}, ${bytes}},\n")
  math(EXPR n "${n} + 1")
endforeach()
file(WRITE ${OUT}
"#include \"appliance/base/embed.h\"\n${bodies}const Embedded embedded_${NAME}[] = {\n${rows}    {NULL, NULL, 0},\n};\n")
