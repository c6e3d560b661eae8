// Spot's Go SDK plays a blue/green deployment at the simulator. WORLD in the environment is a JSON object with its address
// and its names. Prints a line of JSON for each check: its name, and what went wrong.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/spotinst/spotinst-sdk-go/service/elastigroup/providers/aws"
	"github.com/spotinst/spotinst-sdk-go/spotinst"
	"github.com/spotinst/spotinst-sdk-go/spotinst/client"
	"github.com/spotinst/spotinst-sdk-go/spotinst/credentials"
	"github.com/spotinst/spotinst-sdk-go/spotinst/session"
)

type world struct {
	URL                 string `json:"url"`
	SpotAccountID       string `json:"spotAccountId"`
	SpotToken           string `json:"spotToken"`
	GroupID             string `json:"groupId"`
	ApplicationName     string `json:"applicationName"`
	DeploymentGroupName string `json:"deploymentGroupName"`
	TagKey              string `json:"tagKey"`
}

type tag struct {
	Key   string `json:"tagKey"`
	Value string `json:"tagValue"`
}

type config struct {
	Timeout          int                    `json:"timeout"`
	Tags             []tag                  `json:"tags"`
	DeploymentGroups []*aws.DeploymentGroup `json:"deploymentGroups"`
}

type deployment struct {
	ID     string `json:"id"`
	State  string `json:"state"`
	Config config `json:"config"`
}

var (
	names world
	ctx   = context.Background()
)

func main() {
	if err := json.Unmarshal([]byte(os.Getenv("WORLD")), &names); err != nil {
		panic(err)
	}
	group := aws.New(session.New(settings(names.SpotToken)))
	sdk := client.New(settings(names.SpotToken))
	var started deployment

	check("the group with its CodeDeploy integration", func() error {
		output, err := group.Read(ctx, &aws.ReadGroupInput{GroupID: &names.GroupID})
		if err != nil {
			return err
		}
		if *output.Group.Capacity.Target != 4 {
			return fmt.Errorf("capacity %d", *output.Group.Capacity.Target)
		}
		integrated := output.Group.Integration.CodeDeploy.DeploymentGroups
		if len(integrated) != 1 || *integrated[0].DeploymentGroupName != names.DeploymentGroupName {
			return fmt.Errorf("integration %s", text(integrated))
		}
		return nil
	})
	check("the active instances", func() error { return active(group, 4) })
	check("a blue/green deployment is started", func() error {
		items, err := send(sdk, http.MethodPost, "", map[string]any{"deployment": config{
			Timeout:          20,
			Tags:             []tag{{names.TagKey, "by-go"}},
			DeploymentGroups: []*aws.DeploymentGroup{{ApplicationName: &names.ApplicationName, DeploymentGroupName: &names.DeploymentGroupName}},
		}})
		if err != nil {
			return err
		}
		started = items[0]
		if started.ID == "" || started.Config.Tags[0].Value != "by-go" {
			return fmt.Errorf("answered %s", text(items))
		}
		return nil
	})
	check("its states are read until CodeDeploy may begin", func() error {
		if err := follow(sdk, started.ID, "AWAITING_USER_DEPLOYMENT"); err != nil {
			return err
		}
		return active(group, 8)
	})
	check("it is stopped, and read as stopped", func() error {
		if _, err := send(sdk, http.MethodPut, "/"+started.ID+"/stop", nil); err != nil {
			return err
		}
		if err := follow(sdk, started.ID, "FINISHED_STOPPED"); err != nil {
			return err
		}
		return active(group, 4)
	})
	check("errors have their code: a wrong token, a wrong group", func() error {
		wrong := aws.New(session.New(settings("wrong")))
		_, err := wrong.Read(ctx, &aws.ReadGroupInput{GroupID: &names.GroupID})
		if err := refused(err, "UNAUTHORIZED"); err != nil {
			return err
		}
		_, err = group.Read(ctx, &aws.ReadGroupInput{GroupID: spotinst.String("sig-00000000")})
		return refused(err, "GROUP_DOESNT_EXIST")
	})
}

// settings: the SDK's configuration takes the address of the API.
func settings(token string) *spotinst.Config {
	return spotinst.DefaultConfig().
		WithBaseURL(names.URL).
		WithCredentials(credentials.NewStaticCredentials(token, names.SpotAccountID))
}

// send: the SDK has no operation for blue/green deployments, so that its own HTTP client sends them.
func send(sdk *client.Client, method, rest string, body any) ([]deployment, error) {
	request := client.NewRequest(method, "/aws/ec2/group/"+names.GroupID+"/codeDeploy/blueGreenDeployment"+rest)
	request.Obj = body
	response, err := client.RequireOK(sdk.Do(ctx, request))
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var answer client.Response
	if err := client.DecodeBody(response, &answer); err != nil {
		return nil, err
	}
	var items []deployment
	for _, raw := range answer.Response.Items {
		var item deployment
		if err := json.Unmarshal(raw, &item); err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	if len(items) == 0 {
		return nil, fmt.Errorf("%s answered no items", method)
	}
	return items, nil
}

func follow(sdk *client.Client, id, wanted string) error {
	state := ""
	for until := time.Now().Add(30 * time.Second); time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
		items, err := send(sdk, http.MethodGet, "", nil)
		if err != nil {
			return err
		}
		for _, item := range items {
			if item.ID == id {
				state = item.State
			}
		}
		if state == wanted {
			return nil
		}
	}
	return fmt.Errorf("no %s, but %s", wanted, state)
}

func active(group aws.Service, count int) error {
	output, err := group.Status(ctx, &aws.StatusGroupInput{GroupID: &names.GroupID})
	if err != nil {
		return err
	}
	if len(output.Instances) != count || output.Instances[0].ID == nil || output.Instances[0].CreatedAt == nil {
		return fmt.Errorf("instances %s instead of %d", text(output.Instances), count)
	}
	return nil
}

func refused(err error, code string) error {
	var answered client.Errors
	if !errors.As(err, &answered) || answered[0].Code != code {
		return fmt.Errorf("%v instead of %s", err, code)
	}
	return nil
}

func check(name string, run func() error) {
	var wrong *string
	if err := run(); err != nil {
		message := err.Error()
		wrong = &message
	}
	fmt.Println(text(map[string]any{"name": "spotinst-sdk-go: " + name, "error": wrong}))
}

func text(value any) string {
	bytes, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(bytes)
}
