// Takes letters away that panel-material-ui declares a second time, without saying which alphabet each file has: all
// text would be hidden while one file after the other is fetched for a sign that none of them may have.
for (const sheet of document.styleSheets) {
  if (!sheet.href?.includes("/panel-material-ui/material-icons.css")) { continue }
  for (let at = sheet.cssRules.length - 1; at >= 0; at--) {
    const rule = sheet.cssRules[at]
    if (rule instanceof CSSFontFaceRule && rule.style.fontFamily.includes("Roboto")) { sheet.deleteRule(at) }
  }
}
