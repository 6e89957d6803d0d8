// Prints layout.txt: how Go lays out a PodTemplateSpec, which is what the hashes in names are taken of.
//
//	cd "$(mktemp -d)" && cp …/assets/types/generate-layout.go main.go && go mod init layout && go get k8s.io/api@v0.36.3 && go run . > …/assets/types/layout.txt
//
// A struct is a line with its name; its fields follow, indented: Go's name, Go's type, JSON's name (`-` where the fields of
// the member stand in its owner's place). NAME=TYPE is a named plain type.
package main

import (
	"fmt"
	"reflect"
	"strings"

	v1 "k8s.io/api/core/v1"
)

// Types that are written in a way of their own.
var own = map[string]bool{"v1.Time": true, "resource.Quantity": true, "intstr.IntOrString": true, "v1.FieldsV1": true, "v1.ManagedFieldsEntry": true}

func main() {
	seen, queue := map[string]bool{}, []reflect.Type{reflect.TypeOf(v1.PodTemplateSpec{})}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if seen[at.String()] {
			continue
		}
		seen[at.String()] = true
		fmt.Println(at.String())
		for i := range at.NumField() {
			field := at.Field(i)
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if name == "" {
				name = "-"
			}
			fmt.Println("", field.Name, written(field.Type), name)
			inner := field.Type
			for inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice || inner.Kind() == reflect.Map {
				inner = inner.Elem()
			}
			if inner.Kind() == reflect.Struct && !own[inner.String()] {
				queue = append(queue, inner)
			}
		}
	}
}

// The type as Go names it, and what it is where it is a name for something else.
func written(t reflect.Type) string {
	inner := t
	for inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice && inner.Name() == "" {
		inner = inner.Elem()
	}
	name := inner.String()
	switch inner.Kind() {
	case reflect.Struct:
		return t.String()
	case reflect.Map:
		if inner.Name() != "" {
			return t.String() + "=map[" + inner.Key().String() + "]" + inner.Elem().String()
		}
	default:
		if inner.Kind().String() != name {
			return t.String() + "=" + inner.Kind().String()
		}
	}
	return t.String()
}
