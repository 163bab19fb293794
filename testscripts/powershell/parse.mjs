// node parse.mjs NODE_MODULES FILE... parses files with a grammar of PowerShell, and prints what is wrong with them.
// NODE_MODULES is where npm put web-tree-sitter and tree-sitter-powershell.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'

const [modules, ...files] = process.argv.slice(2)
const require = createRequire(resolve(modules, 'x.js'))
const { Parser, Language } = require('web-tree-sitter')
await Parser.init()
const parser = new Parser()
parser.setLanguage(await Language.load(require.resolve('tree-sitter-powershell/tree-sitter-powershell.wasm')))

let wrong = 0
const walk = (file, node) => {
	if (node.isError || node.isMissing) {
		const { row, column } = node.startPosition
		console.log(`${file}:${row + 1}:${column + 1}: ${node.isMissing ? 'missing ' + node.type : 'not understood'}: ${node.text.slice(0, 60)}`)
		wrong++
	}
	for (const child of node.children) walk(file, child)
}
for (const file of files) walk(file, parser.parse(readFileSync(file, 'utf8')).rootNode)
process.exit(wrong ? 1 : 0)
