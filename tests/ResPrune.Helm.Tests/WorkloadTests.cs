using System.Globalization;
using k8s.Models;
using ResPrune.Helm.Tests.Chart;

namespace ResPrune.Helm.Tests;

public class WorkloadTests
{
    private const string Spot = "values-aks-spot.yaml";

    public static TheoryData<string?> ValuesFiles => [.. RenderedChart.ValuesFiles];

    [Theory]
    [MemberData(nameof(ValuesFiles))]
    public async Task No_container_runs_as_root_or_can_become_it(string? file)
    {
        var pods = (await RenderedChart.RenderAsync(file)).Pods.ToList();
        Assert.NotEmpty(pods);
        foreach (var (name, pod) in pods)
        {
            Assert.True(pod.SecurityContext.RunAsNonRoot, name);
            Assert.True(pod.SecurityContext.RunAsUser > 0, name);
            Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
            Assert.False(pod.AutomountServiceAccountToken, name);
            foreach (var container in Containers(pod))
            {
                Assert.True(container.SecurityContext.ReadOnlyRootFilesystem, name);
                Assert.False(container.SecurityContext.AllowPrivilegeEscalation, name);
                Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
                Assert.NotEqual(true, container.SecurityContext.Privileged);
            }
        }
    }

    [Theory]
    [MemberData(nameof(ValuesFiles))]
    public async Task Every_container_has_requests_and_a_memory_limit(string? file)
    {
        foreach (var (name, pod) in (await RenderedChart.RenderAsync(file)).Pods)
            foreach (var container in Containers(pod))
            {
                Assert.True(container.Resources?.Limits?.ContainsKey("memory"), $"{name}/{container.Name} has no memory limit");
                Assert.True(container.Resources?.Requests?.ContainsKey("cpu"), $"{name}/{container.Name} asks for no CPU");
                Assert.False(container.Resources?.Limits?.ContainsKey("cpu"), $"{name}/{container.Name} is throttled, and would be taken for hung");
            }
    }

    [Theory]
    [MemberData(nameof(ValuesFiles))]
    public async Task The_grace_period_covers_the_drain(string? file)
    {
        var silos = Silos(await RenderedChart.RenderAsync(file)).ToList();
        Assert.True(silos.Count >= 2);
        foreach (var (name, pod) in silos)
        {
            var drain = TimeSpan.Parse(Variable(pod, "RESPRUNE__DRAINTIMEOUT")!, CultureInfo.InvariantCulture);
            // The host ends five seconds after the drain at the latest.
            Assert.True(pod.TerminationGracePeriodSeconds >= drain.TotalSeconds + 10, name);
        }
    }

    [Theory]
    [InlineData(1, "00:00:01", 16)]
    [InlineData(3725, "01:02:05", 3740)]
    public async Task Any_drain_time_is_covered(int seconds, string drain, int grace)
    {
        var chart = await RenderedChart.RenderAsync(null, $"workerDefaults.drainSeconds={seconds}", $"control.drainSeconds={seconds}");
        foreach (var (_, pod) in Silos(chart))
        {
            Assert.Equal(drain, Variable(pod, "RESPRUNE__DRAINTIMEOUT"));
            Assert.Equal(grace, pod.TerminationGracePeriodSeconds);
        }
    }

    [Fact]
    public async Task A_disruption_leaves_two_control_silos()
    {
        var chart = await RenderedChart.RenderAsync(null);
        var control = Assert.Single(chart.Of<V1StatefulSet>(), set => set.Metadata.Name.EndsWith("-control", StringComparison.Ordinal));
        var budget = Assert.Single(chart.Of<V1PodDisruptionBudget>(), budget => budget.Metadata.Name == control.Metadata.Name);
        Assert.Equal(control.Spec.Selector.MatchLabels, budget.Spec.Selector.MatchLabels);
        Assert.True(control.Spec.Replicas - int.Parse(budget.Spec.MaxUnavailable, CultureInfo.InvariantCulture) >= 2);
    }

    [Theory]
    [MemberData(nameof(ValuesFiles))]
    public async Task Silos_are_named_after_pods_and_asked_about_their_health(string? file)
    {
        foreach (var (name, pod) in Silos(await RenderedChart.RenderAsync(file)))
        {
            var silo = Assert.Single(pod.Containers);
            Assert.Equal("metadata.name", silo.Env.Single(variable => variable.Name == "RESPRUNE__NAME").ValueFrom.FieldRef.FieldPath);
            Assert.Equal("/healthz/startup", silo.StartupProbe.HttpGet.Path);
            Assert.Equal("/healthz/live", silo.LivenessProbe.HttpGet.Path);
            Assert.Equal("/healthz/ready", silo.ReadinessProbe.HttpGet.Path);
            var port = silo.Ports.Single(port => port.Name == "metrics").ContainerPort.ToString(CultureInfo.InvariantCulture);
            Assert.True(Variable(pod, "RESPRUNE__METRICSPORT") == port, name);
        }
    }

    [Fact]
    public async Task A_pool_of_GPUs_asks_for_them_and_uses_each()
    {
        var chart = await RenderedChart.RenderAsync(null, "workerDefaults.device=cuda", "workerDefaults.gpu.count=3", "workerDefaults.gpu.resource=nvidia.com/mig");
        var worker = Assert.Single(chart.Of<V1Deployment>()).Spec.Template.Spec;
        Assert.Equal("3", worker.Containers[0].Resources.Limits["nvidia.com/mig"].ToString());
        Assert.True(worker.Containers[0].Resources.Limits.ContainsKey("memory"));
        Assert.Equal("cuda:0,cuda:1,cuda:2", Variable(worker, "RESPRUNE__DEVICE"));
        Assert.EndsWith("-cuda", worker.Containers[0].Image, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pool_replaces_defaults_also_by_nothing()
    {
        var chart = await RenderedChart.RenderAsync(
            null, "workerDefaults.device=cuda", "workerDefaults.gpu.count=2", "workerDefaults.replicas=5",
            "workerPools[0].name=one", "workerPools[1].name=two", "workerPools[1].replicas=0", "workerPools[1].device=cpu", "workerPools[1].gpu.count=0");
        var pools = chart.Of<V1Deployment>().ToDictionary(deployment => deployment.Metadata.Labels["resprune.io/pool"]);
        Assert.Equal(5, pools["one"].Spec.Replicas);
        Assert.Equal(0, pools["two"].Spec.Replicas);
        Assert.DoesNotContain("nvidia.com/gpu", pools["two"].Spec.Template.Spec.Containers[0].Resources.Limits.Keys);
        Assert.Contains("nvidia.com/gpu", pools["one"].Spec.Template.Spec.Containers[0].Resources.Limits.Keys);
    }

    [Fact]
    public async Task Workload_identity_is_on_the_account_and_the_pods_and_no_secret_is_mounted()
    {
        var chart = await RenderedChart.RenderAsync(Spot);
        Assert.Contains(chart.Of<V1ServiceAccount>(), account => account.Metadata.Annotations?.ContainsKey("azure.workload.identity/client-id") == true);
        Assert.All(chart.Of<V1Deployment>(), deployment => Assert.Equal("true", deployment.Spec.Template.Metadata.Labels["azure.workload.identity/use"]));
        Assert.All(Silos(chart), silo => Assert.Null(silo.Spec.Containers[0].Env.FirstOrDefault(variable => variable.Name == "RESPRUNE_STORAGE_CONNECTION_STRING")));
        Assert.All(Silos(chart), silo => Assert.StartsWith("https://", Variable(silo.Spec, "RESPRUNE__STORE"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_connection_string_comes_from_its_secret()
    {
        var chart = await RenderedChart.RenderAsync(null, "storage.connectionString.secretName=hush");
        foreach (var (_, pod) in Silos(chart))
        {
            var secret = pod.Containers[0].Env.Single(variable => variable.Name == "RESPRUNE_STORAGE_CONNECTION_STRING").ValueFrom.SecretKeyRef;
            Assert.Equal("hush", secret.Name);
            Assert.Equal("azure:resprune", Variable(pod, "RESPRUNE__STORE"));
        }

        Assert.Empty(chart.Of<V1PersistentVolumeClaim>());
    }

    [Fact]
    public async Task The_bundled_Redis_keeps_its_data()
    {
        var redis = Assert.Single((await RenderedChart.RenderAsync(null)).Of<V1StatefulSet>(), set => set.Metadata.Name.EndsWith("-redis", StringComparison.Ordinal));
        var arguments = redis.Spec.Template.Spec.Containers[0].Args;
        Assert.Equal("yes", arguments[arguments.IndexOf("--appendonly") + 1]);
        var directory = arguments[arguments.IndexOf("--dir") + 1];
        var mount = Assert.Single(redis.Spec.Template.Spec.Containers[0].VolumeMounts, mount => mount.MountPath == directory);
        Assert.Contains(redis.Spec.VolumeClaimTemplates, claim => claim.Metadata.Name == mount.Name);
    }

    [Fact]
    public async Task A_Redis_of_the_users_own_replaces_the_bundled_one_and_its_password_is_a_secret()
    {
        var chart = await RenderedChart.RenderAsync(null, "redis.address=cache:6380", "redis.tls=true", "redis.passwordSecretName=hush");
        Assert.DoesNotContain(chart.Of<V1StatefulSet>(), set => set.Metadata.Name.EndsWith("-redis", StringComparison.Ordinal));
        foreach (var (_, pod) in Silos(chart))
            Assert.Equal("cache:6380,password=$(REDIS_PASSWORD),ssl=true", Variable(pod, "RESPRUNE__REDIS"));
    }

    [Fact]
    public async Task The_bundled_Redis_has_a_random_password_that_silos_and_clients_take_from_its_secret()
    {
        var chart = await RenderedChart.RenderAsync(null);
        var secret = Assert.Single(chart.Of<V1Secret>());
        var password = System.Text.Encoding.ASCII.GetString(secret.Data["password"]);
        Assert.Matches("^[A-Za-z0-9]{32}$", password);
        Assert.NotEqual(password, System.Text.Encoding.ASCII.GetString(Assert.Single((await RenderedChart.RenderAsync(null)).Of<V1Secret>()).Data["password"]));
        Assert.DoesNotContain(password, chart.Text, StringComparison.Ordinal);
        var redis = Assert.Single(chart.Of<V1StatefulSet>(), set => set.Metadata.Name.EndsWith("-redis", StringComparison.Ordinal)).Spec.Template.Spec;
        Assert.Equal("$(REDIS_PASSWORD)", redis.Containers[0].Args[redis.Containers[0].Args.IndexOf("--requirepass") + 1]);
        var clients = chart.Of<V1Pod>().Select(pod => (pod.Metadata.Name, pod.Spec));
        foreach (var (_, pod) in Silos(chart).Concat(clients).Append(("redis", redis)))
        {
            var reference = pod.Containers[0].Env.Single(variable => variable.Name == "REDIS_PASSWORD").ValueFrom.SecretKeyRef;
            Assert.Equal((secret.Metadata.Name, "password"), (reference.Name, reference.Key));
        }

        Assert.All(Silos(chart), silo => Assert.EndsWith(",password=$(REDIS_PASSWORD)", Variable(silo.Spec, "RESPRUNE__REDIS"), StringComparison.Ordinal));
        Assert.Empty((await RenderedChart.RenderAsync(null, "redis.passwordSecretName=hush")).Of<V1Secret>());
        Assert.Empty((await RenderedChart.RenderAsync(null, "redis.address=cache:6379")).Of<V1Secret>());
    }

    [Theory]
    [InlineData("", "release-resprune-tls", "release-resprune-authority", "Issuer", 4)]
    [InlineData("tls.certManager.issuerName=ours,tls.certManager.issuerKind=ClusterIssuer", "release-resprune-tls", "ours", "ClusterIssuer", 1)]
    [InlineData("tls.secretName=mine", "mine", null, null, 0)]
    public async Task One_switch_gives_every_silo_and_client_a_certificate(string settings, string secret, string? issuer, string? kind, int objects)
    {
        var chart = await RenderedChart.RenderAsync(null, ["tls.enabled=true", .. settings.Split(',', StringSplitOptions.RemoveEmptyEntries)]);
        var pods = Silos(chart).Concat(chart.Of<V1Pod>().Select(pod => (pod.Metadata.Name, pod.Spec))).ToList();
        Assert.Equal(3, pods.Count);
        foreach (var (_, pod) in pods)
        {
            Assert.Equal(secret, pod.Volumes.Single(volume => volume.Name == "tls").Secret.SecretName);
            var mount = pod.Containers[0].VolumeMounts.Single(mount => mount.Name == "tls");
            // A file mounted by subPath would stay as it was when the certificate is renewed.
            Assert.Null(mount.SubPath);
            foreach (var (name, file) in new[] { ("CERTIFICATE", "tls.crt"), ("KEY", "tls.key"), ("CA", "ca.crt") })
                Assert.Equal($"{mount.MountPath}/{file}", Variable(pod, $"RESPRUNE__TLS__{name}"));
        }

        Assert.Equal(objects, chart.Of<CustomObject>().Count());
        if (issuer is null) return;
        var certificate = Assert.Single(chart.OfKind("Certificate"), certificate => certificate.Metadata.Name == "release-resprune-tls");
        var reference = (IDictionary<object, object>)certificate.Spec["issuerRef"];
        Assert.Equal((issuer, kind), ((string)reference["name"], (string)reference["kind"]));
        Assert.Equal(secret, certificate.Spec["secretName"]);
        Assert.Contains("client auth", (IList<object>)certificate.Spec["usages"]);
    }

    [Fact]
    public async Task Without_the_switch_nothing_is_said_of_certificates()
    {
        var chart = await RenderedChart.RenderAsync(null);
        Assert.DoesNotContain("TLS", chart.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("cert-manager", chart.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_is_downloaded_before_the_worker_starts_and_read_only_in_it()
    {
        var worker = Assert.Single((await RenderedChart.RenderAsync(Spot)).Of<V1Deployment>()).Spec.Template.Spec;
        var arguments = Assert.Single(worker.InitContainers).Args;
        Assert.Equal(arguments[arguments.IndexOf("--output") + 1], Variable(worker, "RESPRUNE__MODEL"));
        Assert.True(worker.Containers[0].VolumeMounts.Single(mount => mount.MountPath == "/models").ReadOnlyProperty);
    }

    [Fact]
    public async Task Workers_on_spot_nodes_leave_within_the_notice()
    {
        foreach (var deployment in (await RenderedChart.RenderAsync(Spot)).Of<V1Deployment>())
            Assert.True(deployment.Spec.Template.Spec.TerminationGracePeriodSeconds <= 30);
    }

    [Fact]
    public async Task Autoscaling_follows_the_backlog_to_zero_and_does_not_take_silence_for_none()
    {
        var chart = await RenderedChart.RenderAsync(Spot);
        var scaled = Assert.Single(chart.OfKind("ScaledObject"));
        Assert.Equal("0", scaled.Spec["minReplicaCount"].ToString());
        Assert.True(scaled.Spec.ContainsKey("fallback"));
        var trigger = (IDictionary<object, object>)Assert.Single((IList<object>)scaled.Spec["triggers"]);
        var metadata = (IDictionary<object, object>)trigger["metadata"];
        Assert.Equal("false", metadata["ignoreNullValues"]);
        Assert.Contains("resprune_backlog_seconds", (string)metadata["query"], StringComparison.Ordinal);
        var worker = Assert.Single(chart.Of<V1Deployment>());
        // Two that set the number of workers would fight.
        Assert.Null(worker.Spec.Replicas);
        Assert.Equal(worker.Metadata.Name, ((IDictionary<object, object>)scaled.Spec["scaleTargetRef"])["name"]);
    }

    [Theory]
    [MemberData(nameof(ValuesFiles))]
    public async Task Every_pod_is_under_a_network_policy_and_none_reaches_the_metadata_service(string? file)
    {
        var chart = await RenderedChart.RenderAsync(file);
        var policies = chart.Of<V1NetworkPolicy>().ToList();
        foreach (var component in new[] { "control", "worker", "client", "redis" })
            Assert.Contains(policies, policy => policy.Spec.PodSelector.MatchLabels["app.kubernetes.io/component"] == component);
        foreach (var block in policies.SelectMany(policy => policy.Spec.Egress ?? []).SelectMany(rule => rule.To ?? []).Select(peer => peer.IpBlock))
            if (block?.Cidr == "0.0.0.0/0") Assert.Contains("169.254.0.0/16", block.Except);
    }

    private static IEnumerable<V1Container> Containers(V1PodSpec pod) => [.. pod.InitContainers ?? [], .. pod.Containers];

    private static IEnumerable<(string Name, V1PodSpec Spec)> Silos(RenderedChart chart) =>
        chart.Pods.Where(pod => pod.Spec.Containers.Any(container => container.Name == "silo"));

    private static string? Variable(V1PodSpec pod, string name) => pod.Containers[0].Env.FirstOrDefault(variable => variable.Name == name)?.Value;
}
