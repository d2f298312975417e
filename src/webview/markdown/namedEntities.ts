/** Names of the characters from U+00A0 to U+00FF, in order. */
const latin =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute ' +
  'micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig ' +
  'Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash ' +
  'Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ' +
  'ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc ' +
  'uuml yacute thorn yuml';

/** Further names by code point: those of HTML 4, of ASCII, of European letters, and of common signs. */
const others =
  '9:Tab a:NewLine 21:excl 22:quot 23:num 24:dollar 25:percnt 26:amp 27:apos 28:lpar 29:rpar 2a:ast,midast 2b:plus ' +
  '2c:comma 2e:period 2f:sol 3a:colon 3b:semi 3c:lt 3d:equals 3e:gt 3f:quest 40:commat 5b:lbrack,lsqb 5c:bsol ' +
  '5d:rbrack,rsqb 5e:Hat 5f:lowbar 60:grave 7b:lbrace,lcub 7c:VerticalLine,verbar,vert 7d:rbrace,rcub b1:pm bd:half ' +
  'c5:angst f7:div 100:Amacr 101:amacr 102:Abreve 103:abreve 104:Aogon 105:aogon 106:Cacute 107:cacute 10c:Ccaron ' +
  '10d:ccaron 10e:Dcaron 10f:dcaron 110:Dstrok 111:dstrok 112:Emacr 113:emacr 118:Eogon 119:eogon 11a:Ecaron ' +
  '11b:ecaron 11e:Gbreve 11f:gbreve 12a:Imacr 12b:imacr 130:Idot 131:imath,inodot 141:Lstrok 142:lstrok 143:Nacute ' +
  '144:nacute 147:Ncaron 148:ncaron 14c:Omacr 14d:omacr 150:Odblac 151:odblac 152:OElig 153:oelig 158:Rcaron ' +
  '159:rcaron 15a:Sacute 15b:sacute 15e:Scedil 15f:scedil 160:Scaron 161:scaron 164:Tcaron 165:tcaron 16a:Umacr ' +
  '16b:umacr 16e:Uring 16f:uring 170:Udblac 171:udblac 178:Yuml 179:Zacute 17a:zacute 17b:Zdot 17c:zdot 17d:Zcaron ' +
  '17e:zcaron 192:fnof 2c6:circ 2dc:tilde 391:Alpha 392:Beta 393:Gamma 394:Delta 395:Epsilon 396:Zeta 397:Eta ' +
  '398:Theta 399:Iota 39a:Kappa 39b:Lambda 39c:Mu 39d:Nu 39e:Xi 39f:Omicron 3a0:Pi 3a1:Rho 3a3:Sigma 3a4:Tau ' +
  '3a5:Upsilon 3a6:Phi 3a7:Chi 3a8:Psi 3a9:Omega,ohm 3b1:alpha 3b2:beta 3b3:gamma 3b4:delta 3b5:epsi,epsilon ' +
  '3b6:zeta 3b7:eta 3b8:theta 3b9:iota 3ba:kappa 3bb:lambda 3bc:mu 3bd:nu 3be:xi 3bf:omicron 3c0:pi 3c1:rho ' +
  '3c2:sigmaf 3c3:sigma 3c4:tau 3c5:upsi,upsilon 3c6:phi 3c7:chi 3c8:psi 3c9:omega 3d1:thetasym,thetav 3d2:upsih ' +
  '3d5:phiv,straightphi,varphi 3d6:piv 3f5:varepsilon 2002:ensp 2003:emsp 2007:numsp 2008:puncsp 2009:thinsp ' +
  '200a:hairsp 200b:ZeroWidthSpace 200c:zwnj 200d:zwj 200e:lrm 200f:rlm 2010:dash,hyphen 2013:ndash 2014:mdash ' +
  '2015:horbar 2018:lsquo 2019:rsquo 201a:sbquo 201c:ldquo 201d:rdquo 201e:bdquo 2020:dagger 2021:Dagger 2022:bull ' +
  '2025:nldr 2026:hellip 2030:permil 2032:prime 2033:Prime 2039:lsaquo 203a:rsaquo 203e:oline 2044:frasl ' +
  '2060:NoBreak 20ac:euro 2105:incare 210f:hbar,planck 2111:Im,image 2113:ell 2116:numero 2117:copysr 2118:weierp ' +
  '211c:Re,real 2122:trade 2135:alefsym,aleph 2136:beth 2153:frac13 2154:frac23 2155:frac15 2156:frac25 2157:frac35 ' +
  '2158:frac45 2159:frac16 215a:frac56 215b:frac18 215c:frac38 215d:frac58 215e:frac78 2190:larr,leftarrow ' +
  '2191:uarr,uparrow 2192:rarr,rightarrow 2193:darr,downarrow 2194:harr,leftrightarrow 2195:varr 2196:nwarr ' +
  '2197:nearr 2198:searr 2199:swarr 21a6:map 21b5:crarr 21d0:Leftarrow,lArr 21d1:uArr 21d2:Rightarrow,rArr ' +
  '21d3:dArr 21d4:Leftrightarrow,hArr,iff 2200:forall 2202:part 2203:exist 2205:empty,emptyset,emptyv 2207:nabla ' +
  '2208:in,isin 2209:notin 220b:ni 220f:Product,prod 2211:Sum,sum 2212:minus 2213:mp 2216:setminus 2217:lowast ' +
  '2218:compfn 221a:Sqrt,radic 221d:prop 221e:infin 2220:ang 2227:and,wedge 2228:or,vee 2229:cap 222a:cup ' +
  '222b:Integral,int 2234:there4 223c:sim 2245:cong 2248:ap,approx,asymp 2260:ne 2261:equiv 2264:le,leq 2265:ge,geq ' +
  '226a:ll 226b:gg 2282:sub,subset 2283:sup,supset 2284:nsub 2286:sube,subseteq 2287:supe,supseteq 2295:oplus ' +
  '2297:otimes 229a:ocir 22a2:vdash 22a4:top 22a5:bot,bottom,perp 22a7:models 22c5:sdot 22ee:vellip 22ef:ctdot ' +
  '22f1:dtdot 2308:lceil 2309:rceil 230a:lfloor 230b:rfloor 25a1:squ,square 25aa:blacksquare,squf 25b4:utrif ' +
  '25b5:utri 25b9:rtri 25be:dtrif 25bf:dtri 25c3:ltri 25ca:loz 25cb:cir 2605:bigstar,starf 2606:star 260e:phone ' +
  '2640:female 2642:male 2660:spades 2663:clubs 2665:hearts 2666:diams 266a:sung 266d:flat 266e:natural 266f:sharp ' +
  '2713:check,checkmark 2717:cross 27e8:lang 27e9:rang 29dd:infintie';

const named: ReadonlyMap<string, string> = new Map([
  ...latin.split(' ').map((name, index): [string, string] => [name, String.fromCodePoint(0xa0 + index)]),
  ...others.split(' ').flatMap((entry) => {
    const [code = '', names = ''] = entry.split(':');
    return names.split(',').map((name): [string, string] => [name, String.fromCodePoint(parseInt(code, 16))]);
  }),
]);

/**
 * Takes the place of the package `entities`, whose table of all two thousand names is a twelfth of the page. A name that
 * nobody writes stays as it stands. markdown-it asks with one reference at a time and reads those by number itself.
 */
export function decodeHTMLStrict(reference: string): string {
  return named.get(reference.slice(1, -1)) ?? reference;
}
