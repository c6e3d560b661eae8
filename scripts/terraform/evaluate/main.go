// Reads a folder of Terraform with HashiCorp's own parser and works out its expressions, as far as that goes without the
// providers: an attribute that only a provider knows has its own address as its value. A reference to something that is not
// declared, or to an attribute that is not in the schema, is an error.
//
//	evaluate FOLDER < known.json > resources.json
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// What the caller knows.
type known struct {
	// Of variables; the others have their defaults.
	Variables map[string]json.RawMessage
	// Names of the attributes, by type of resource or data source.
	Attributes map[string][]string
	// Of attributes, by their addresses.
	Values map[string]string
}

type block struct {
	Attributes map[string]json.RawMessage `json:"attributes"`
	Blocks     map[string][]block         `json:"blocks"`
}

type resource struct {
	Kind string `json:"kind"`
	Type string `json:"type"`
	Name string `json:"name"`
	Key  string `json:"key,omitempty"`
	Body block  `json:"body"`
}

type folder struct {
	path  string
	files map[string]*hcl.File
	known known
	scope map[string]cty.Value
}

func main() {
	var given known
	check(json.NewDecoder(os.Stdin).Decode(&given))
	read := readFolder(os.Args[1], given)
	read.declareVariables()
	read.declareResources()
	read.declareLocals()
	check(json.NewEncoder(os.Stdout).Encode(read.resources()))
}

func check(err error) {
	if diagnostics, ok := err.(hcl.Diagnostics); ok && !diagnostics.HasErrors() {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func readFolder(path string, given known) *folder {
	parser := hclparse.NewParser()
	names, err := filepath.Glob(filepath.Join(path, "*.tf"))
	check(err)
	for _, name := range names {
		file, diagnostics := parser.ParseHCLFile(name)
		check(diagnostics)
		if !bytes.Equal(hclwrite.Format(file.Bytes), file.Bytes) {
			check(fmt.Errorf("%s is not formatted as terraform fmt does", name))
		}
	}
	return &folder{path: path, files: parser.Files(), known: given, scope: map[string]cty.Value{}}
}

func (f *folder) blocks(kind string) []*hclsyntax.Block {
	var found []*hclsyntax.Block
	for _, file := range f.files {
		for _, one := range file.Body.(*hclsyntax.Body).Blocks {
			if one.Type == kind {
				found = append(found, one)
			}
		}
	}
	return found
}

func (f *folder) declareVariables() {
	values := map[string]cty.Value{}
	for _, variable := range f.blocks("variable") {
		name := variable.Labels[0]
		if given, ok := f.known.Variables[name]; ok {
			values[name] = fromJSON(given)
		} else if value, ok := variable.Body.Attributes["default"]; ok {
			values[name] = f.value(value.Expr)
		} else {
			check(fmt.Errorf("there is no value for var.%s", name))
		}
	}
	for name := range f.known.Variables {
		if _, ok := values[name]; !ok {
			check(fmt.Errorf("there is no variable %s", name))
		}
	}
	f.scope["var"] = cty.ObjectVal(values)
}

// Type → name → attribute, whose value is its address.
func (f *folder) declareResources() {
	declare := func(kind, prefix string) map[string]cty.Value {
		names := map[string]map[string]cty.Value{}
		for _, one := range f.blocks(kind) {
			ofType, name := one.Labels[0], one.Labels[1]
			attributes := map[string]cty.Value{}
			for _, attribute := range f.known.Attributes[prefix+ofType] {
				address := prefix + ofType + "." + name + "." + attribute
				value, ok := f.known.Values[address]
				if !ok {
					value = address
				}
				attributes[attribute] = cty.StringVal(value)
			}
			if names[ofType] == nil {
				names[ofType] = map[string]cty.Value{}
			}
			names[ofType][name] = cty.ObjectVal(attributes)
		}
		types := map[string]cty.Value{}
		for ofType, values := range names {
			types[ofType] = cty.ObjectVal(values)
		}
		return types
	}
	for ofType, values := range declare("resource", "") {
		f.scope[ofType] = values
	}
	f.scope["data"] = cty.ObjectVal(declare("data", "data."))
}

// One may name another: as often as there are locals, those that can be worked out are.
func (f *folder) declareLocals() {
	pending := map[string]hclsyntax.Expression{}
	for _, one := range f.blocks("locals") {
		for name, attribute := range one.Body.Attributes {
			pending[name] = attribute.Expr
		}
	}
	values := map[string]cty.Value{}
	f.scope["local"] = cty.EmptyObjectVal
	for range len(pending) {
		for name, expression := range pending {
			value, diagnostics := expression.Value(f.context(nil))
			if !diagnostics.HasErrors() {
				values[name] = value
			}
		}
		f.scope["local"] = cty.ObjectVal(values)
	}
	for name, expression := range pending {
		if _, ok := values[name]; !ok {
			f.value(expression) // says why
		}
	}
}

func (f *folder) resources() []resource {
	found := []resource{}
	for _, kind := range []string{"resource", "data", "output"} {
		for _, one := range f.blocks(kind) {
			found = append(found, f.instances(kind, one)...)
		}
	}
	sort.Slice(found, func(i, j int) bool {
		return found[i].Type+found[i].Name+found[i].Key < found[j].Type+found[j].Name+found[j].Key
	})
	return found
}

// One, or one for each element of for_each.
func (f *folder) instances(kind string, one *hclsyntax.Block) []resource {
	made := resource{Kind: kind, Type: one.Labels[0], Name: one.Labels[len(one.Labels)-1]}
	forEach, isMany := one.Body.Attributes["for_each"]
	if !isMany {
		made.Body = f.body(one.Body, nil)
		return []resource{made}
	}
	var instances []resource
	for key, value := range f.value(forEach.Expr).AsValueMap() {
		made.Key = key
		each := cty.ObjectVal(map[string]cty.Value{"key": cty.StringVal(key), "value": value})
		made.Body = f.body(one.Body, map[string]cty.Value{"each": each})
		instances = append(instances, made)
	}
	return instances
}

func (f *folder) body(body *hclsyntax.Body, more map[string]cty.Value) block {
	made := block{Attributes: map[string]json.RawMessage{}, Blocks: map[string][]block{}}
	for name, attribute := range body.Attributes {
		if name == "for_each" {
			continue
		}
		var value cty.Value
		if name == "ignore_changes" {
			value = keywords(attribute.Expr)
		} else {
			evaluated, diagnostics := attribute.Expr.Value(f.context(more))
			check(diagnostics)
			value = evaluated
		}
		text, err := ctyjson.Marshal(value, value.Type())
		check(err)
		made.Attributes[name] = text
	}
	for _, inner := range body.Blocks {
		made.Blocks[inner.Type] = append(made.Blocks[inner.Type], f.body(inner.Body, more))
	}
	return made
}

func keywords(expression hcl.Expression) cty.Value {
	list, diagnostics := hcl.ExprList(expression)
	check(diagnostics)
	var names []cty.Value
	for _, item := range list {
		names = append(names, cty.StringVal(hcl.ExprAsKeyword(item)))
	}
	return cty.TupleVal(names)
}

func (f *folder) value(expression hclsyntax.Expression) cty.Value {
	value, diagnostics := expression.Value(f.context(nil))
	check(diagnostics)
	return value
}

func (f *folder) context(more map[string]cty.Value) *hcl.EvalContext {
	scope := map[string]cty.Value{}
	for _, values := range []map[string]cty.Value{f.scope, more} {
		for name, value := range values {
			scope[name] = value
		}
	}
	return &hcl.EvalContext{Variables: scope, Functions: map[string]function.Function{
		"jsonencode":       stdlib.JSONEncodeFunc,
		"replace":          stdlib.ReplaceFunc,
		"file":             f.ofFile(func(content []byte) string { return string(content) }),
		"filebase64sha256": f.ofFile(func([]byte) string { return "sum" }),
	}}
}

func (f *folder) ofFile(result func([]byte) string) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			name := args[0].AsString()
			if !filepath.IsAbs(name) {
				name = filepath.Join(f.path, name)
			}
			content, err := os.ReadFile(name)
			return cty.StringVal(result(content)), err
		},
	})
}

func fromJSON(text json.RawMessage) cty.Value {
	ofType, err := ctyjson.ImpliedType(text)
	check(err)
	value, err := ctyjson.Unmarshal(text, ofType)
	check(err)
	return value
}
