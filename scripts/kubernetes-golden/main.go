// Command kubernetes-golden fills in what Kubernetes' own libraries answer to the cases in
// packages/minicluster/testdata, so that the tests need no Go. Run by hand when a case is added or the version moves:
//
//	go run . ../../packages/minicluster/testdata <folder of k8s.io/kubernetes>
package main

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	batchv1 "k8s.io/api/batch/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

var scheme = runtime.NewScheme()

func init() {
	for _, add := range []func(*runtime.Scheme) error{
		corev1.AddToScheme, appsv1.AddToScheme, batchv1.AddToScheme, coordinationv1.AddToScheme,
		discoveryv1.AddToScheme, authorizationv1.AddToScheme,
	} {
		must(add(scheme))
	}
	metav1.AddToGroupVersion(scheme, schema.GroupVersion{Version: "v1"})
}

type object = map[string]any

func main() {
	testdata, kubernetes := os.Args[1], os.Args[2]
	rewrite(filepath.Join(testdata, "ownership", "*.json"), func(c object) { ownership(c, converter(kubernetes)) })
	rewrite(filepath.Join(testdata, "strategic-merge", "*.json"), strategicMerge)
	rewrite(filepath.Join(testdata, "protobuf", "*.json"), toProtobuf)
	rewrite(filepath.Join(testdata, "quantities.json"), quantities)
	rewrite(filepath.Join(testdata, "label-selectors.json"), labelSelectors)
}

func rewrite(pattern string, fill func(object)) {
	files, err := filepath.Glob(pattern)
	must(err)
	for _, file := range files {
		content, err := os.ReadFile(file)
		must(err)
		var c object
		if err := json.Unmarshal(content, &c); err != nil {
			log.Fatalf("%s: %v", file, err)
		}
		fill(c)
		out, err := json.MarshalIndent(c, "", " ")
		must(err)
		must(os.WriteFile(file, append(out, '\n'), 0o644))
	}
}

func converter(kubernetes string) managedfields.TypeConverter {
	schemas := map[string]*spec.Schema{}
	for _, name := range []string{"api__v1", "apis__apps__v1"} {
		content, err := os.ReadFile(filepath.Join(kubernetes, "api/openapi-spec/v3", name+"_openapi.json"))
		must(err)
		var document struct {
			Components struct {
				Schemas map[string]*spec.Schema `json:"schemas"`
			} `json:"components"`
		}
		must(json.Unmarshal(content, &document))
		for key, value := range document.Components.Schemas {
			schemas[key] = value
		}
	}
	made, err := managedfields.NewTypeConverter(schemas, false)
	must(err)
	return made
}

type noDefaults struct{}

func (noDefaults) Default(runtime.Object) {}

func ownership(c object, types managedfields.TypeConverter) {
	gvk := schema.FromAPIVersionAndKind(c["apiVersion"].(string), c["kind"].(string))
	live, err := scheme.New(gvk)
	must(err)
	var last runtime.Object
	for _, entry := range c["steps"].([]any) {
		step := entry.(object)
		subresource, _ := step["subresource"].(string)
		reset := "status"
		if subresource == "status" {
			reset = "spec"
		}
		version := fieldpath.APIVersion(gvk.GroupVersion().String())
		manager, err := managedfields.NewDefaultFieldManager(types, runtime.UnsafeObjectConvertor(scheme), noDefaults{}, scheme,
			gvk, gvk.GroupVersion(), subresource, map[fieldpath.APIVersion]fieldpath.Filter{
				version: fieldpath.NewExcludeSetFilter(fieldpath.NewSet(fieldpath.MakePathOrDie(reset))),
			})
		must(err)
		given := step["object"].(object)
		name := step["manager"].(string)
		var out runtime.Object
		if step["operation"] == "Apply" {
			force, _ := step["force"].(bool)
			out, err = manager.Apply(live, &unstructured.Unstructured{Object: given}, name, force)
		} else {
			next, newErr := scheme.New(gvk)
			must(newErr)
			must(runtime.DefaultUnstructuredConverter.FromUnstructured(given, next))
			next.GetObjectKind().SetGroupVersionKind(gvk)
			out, err = manager.Update(live, next, name)
		}
		expect := object{}
		if err != nil {
			expect["error"] = err.Error()
			var status *apierrors.StatusError
			if errors.As(err, &status) && status.ErrStatus.Details != nil {
				expect["causes"] = status.ErrStatus.Details.Causes
			}
		} else {
			live, err = scheme.New(gvk)
			must(err)
			content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(out)
			must(err)
			must(runtime.DefaultUnstructuredConverter.FromUnstructured(content, live))
			accessor, err := meta.Accessor(live)
			must(err)
			// Only an object with a uid is one that exists.
			accessor.SetUID("uid")
			managed := accessor.GetManagedFields()
			for i := range managed {
				managed[i].Time = nil
			}
			// Entries of one second stand in the order of their managers.
			slices.SortFunc(managed, func(a, b metav1.ManagedFieldsEntry) int {
				return cmp.Or(cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.Manager, b.Manager), cmp.Compare(a.Subresource, b.Subresource))
			})
			expect["managedFields"] = managed
			bare := live.DeepCopyObject()
			bareAccessor, err := meta.Accessor(bare)
			must(err)
			bareAccessor.SetManagedFields(nil)
			last = bare
		}
		step["expect"] = expect
	}
	c["expect"] = last
}

func strategicMerge(c object) {
	gvk := schema.FromAPIVersionAndKind(c["apiVersion"].(string), c["kind"].(string))
	typed, err := scheme.New(gvk)
	must(err)
	for _, entry := range c["cases"].([]any) {
		one := entry.(object)
		original, err := json.Marshal(one["original"])
		must(err)
		patch, err := json.Marshal(one["patch"])
		must(err)
		delete(one, "expect")
		delete(one, "error")
		merged, err := strategicpatch.StrategicMergePatch(original, patch, typed)
		if err != nil {
			one["error"] = err.Error()
			continue
		}
		var result object
		must(json.Unmarshal(merged, &result))
		one["expect"] = result
	}
}

func toProtobuf(c object) {
	given := c["object"].(object)
	gvk := schema.FromAPIVersionAndKind(given["apiVersion"].(string), given["kind"].(string))
	typed, err := scheme.New(gvk)
	must(err)
	must(runtime.DefaultUnstructuredConverter.FromUnstructured(given, typed))
	typed.GetObjectKind().SetGroupVersionKind(gvk)
	serializer := protobuf.NewSerializer(scheme, scheme)
	bytes, err := runtime.Encode(serializer, typed)
	must(err)
	c["base64"] = base64.StdEncoding.EncodeToString(bytes)
	back, err := json.Marshal(typed)
	must(err)
	var expect object
	must(json.Unmarshal(back, &expect))
	c["expect"] = expect
}

func quantities(c object) {
	for given := range c {
		quantity, err := resource.ParseQuantity(given)
		if err != nil {
			c[given] = nil
			continue
		}
		// As a client reads it back: parsed, then written.
		quantity.Neg()
		quantity.Neg()
		c[given] = quantity.String()
	}
}

func labelSelectors(c object) {
	candidates := c["labels"].([]any)
	for given := range c["selectors"].(object) {
		parsed, err := labels.Parse(given)
		if err != nil {
			c["selectors"].(object)[given] = nil
			continue
		}
		matching := []int{}
		for i, candidate := range candidates {
			set := labels.Set{}
			for key, value := range candidate.(object) {
				set[key] = fmt.Sprint(value)
			}
			if parsed.Matches(set) {
				matching = append(matching, i)
			}
		}
		c["selectors"].(object)[given] = matching
	}
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
