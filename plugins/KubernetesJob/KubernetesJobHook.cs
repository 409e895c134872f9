using System.Globalization;
using System.Net;
using System.Text;
using k8s;
using k8s.Autorest;
using k8s.Models;
using ModelMonitor.Engine.Actions;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;
using YamlDotNet.Core;

namespace ModelMonitor.KubernetesJob;

/// <summary>Creates a Job from a template and follows it to its end.</summary>
/// <remarks>
/// The Job is named after the request's key, so that a request that is delivered again finds the Job that is there. Its containers get the request in MODELMONITOR_REQUEST (a CloudEvent), its key
/// in MODELMONITOR_KEY, and where to POST the model in MODELMONITOR_CALLBACK. A Job that succeeds is a delivery: the model comes by the call-back. One that outlives the action's timeout is deleted.
/// </remarks>
public sealed class KubernetesJobHook(TimeProvider clock) : IRetrainHook
{
    private static readonly TimeSpan s_poll = TimeSpan.FromSeconds(2);

    public string Name => "kubernetes-job";

    public IReadOnlyList<string> Check(ActionOptions action)
    {
        ArgumentNullException.ThrowIfNull(action);
        var faults = new List<string>();
        var options = KubernetesJobOptions.Of(action.Options, faults);
        if (faults.Count > 0) return faults;
        try
        {
            Template(options);
            return [];
        }
        catch (TemplateException e)
        {
            return ["options.template: " + e.Message];
        }
    }

    public async ValueTask<HookOutcome> DeliverAsync(OutboxRecord message, ActionOptions action, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(action);
        var faults = new List<string>();
        var options = KubernetesJobOptions.Of(action.Options, faults);
        if (faults.Count > 0) return HookOutcome.Never(faults[0]);
        using var limit = new CancellationTokenSource(action.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using var client = new Kubernetes(Configuration(options));
            var job = JobOf(Template(options), message, options);
            try
            {
                return await RunAsync(client, job, either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                await client.BatchV1.DeleteNamespacedJobAsync(job.Metadata.Name, job.Metadata.NamespaceProperty, propagationPolicy: "Background", cancellationToken: cancellationToken).ConfigureAwait(false);
                return HookOutcome.Never($"the Job {job.Metadata.Name} took longer than its timeout and was deleted");
            }
        }
        catch (TemplateException e)
        {
            return HookOutcome.Never(e.Message);
        }
        catch (HttpOperationException e)
        {
            var error = $"the cluster answered {(int)e.Response.StatusCode} {e.Response.ReasonPhrase}";
            return e.Response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError ? HookOutcome.Later(error) : HookOutcome.Never(error);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return HookOutcome.Later($"the cluster could not be reached: {e.GetType().Name}");
        }
    }

    private async Task<HookOutcome> RunAsync(Kubernetes client, V1Job job, CancellationToken cancellationToken)
    {
        var (name, space) = (job.Metadata.Name, job.Metadata.NamespaceProperty);
        try
        {
            await client.BatchV1.CreateNamespacedJobAsync(job, space, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (HttpOperationException e) when (e.Response.StatusCode == HttpStatusCode.Conflict)
        {
            // Created before, perhaps by a monitor that died since: it is followed.
        }

        while (true)
        {
            var status = (await client.BatchV1.ReadNamespacedJobStatusAsync(name, space, cancellationToken: cancellationToken).ConfigureAwait(false)).Status;
            if (status?.Conditions?.FirstOrDefault(c => c is { Type: "Failed", Status: "True" }) is { } failed) return HookOutcome.Never($"the Job {name} failed: {failed.Reason}: {failed.Message?.ReplaceLineEndings(" ")}");
            if (status?.Conditions?.Any(c => c is { Type: "Complete", Status: "True" }) == true) return HookOutcome.Delivered;
            await Task.Delay(s_poll, clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private static KubernetesClientConfiguration Configuration(KubernetesJobOptions options) => options.Server is not { } server
        ? KubernetesClientConfiguration.InClusterConfig()
        : new() { Host = server, AccessToken = options.TokenFile is { } file ? File.ReadAllText(file).Trim() : null };

    /// <exception cref="TemplateException">It is no manifest of a Job.</exception>
    private static V1Job Template(KubernetesJobOptions options)
    {
        try
        {
            var job = KubernetesYaml.Deserialize<V1Job>(File.ReadAllText(options.Template), strict: true);
            return job is { Kind: "Job", Spec.Template.Spec.Containers.Count: > 0 } ? job : throw new TemplateException($"{options.Template} is no Job with a container");
        }
        catch (Exception e) when (e is YamlException or IOException or UnauthorizedAccessException)
        {
            throw new TemplateException($"{options.Template}: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static V1Job JobOf(V1Job template, OutboxRecord message, KubernetesJobOptions options)
    {
        var job = template;
        job.Metadata ??= new();
        job.Metadata.Name = NameOf(message);
        job.Metadata.GenerateName = null;
        job.Metadata.NamespaceProperty = options.Namespace ?? job.Metadata.NamespaceProperty ?? (options.Server is null ? KubernetesClientConfiguration.InClusterConfig().Namespace : null) ?? "default";
        job.Metadata.Labels = new Dictionary<string, string>(job.Metadata.Labels ?? new Dictionary<string, string>()) { ["app.kubernetes.io/managed-by"] = "modelmonitor" };
        job.Metadata.Annotations = new Dictionary<string, string>(job.Metadata.Annotations ?? new Dictionary<string, string>()) { ["modelmonitor/model"] = message.Model, ["modelmonitor/key"] = message.Key };
        foreach (var container in job.Spec.Template.Spec.Containers)
        {
            container.Env =
            [
                .. container.Env ?? [],
                new() { Name = "MODELMONITOR_KEY", Value = message.Key },
                new() { Name = "MODELMONITOR_REQUEST", Value = message.Payload },
                new() { Name = "MODELMONITOR_CALLBACK", Value = CallbackOf(message.Payload) },
            ];
        }

        return job;
    }

    private static string? CallbackOf(string payload) => (string?)System.Text.Json.Nodes.JsonNode.Parse(payload)?["data"]?["callback"]?["url"];

    /// <summary>A name that Kubernetes takes, the same for the same key: lower-case letters, digits and hyphens, 63 at most.</summary>
    private static string NameOf(OutboxRecord message)
    {
        var name = new StringBuilder();
        foreach (var c in message.Model.ToLower(CultureInfo.InvariantCulture)) name.Append(char.IsAsciiLetterOrDigit(c) ? c : '-');
        var key = new string([.. message.Key.ToLower(CultureInfo.InvariantCulture).Where(char.IsAsciiLetterOrDigit)]);
        var model = name.ToString().Trim('-');
        return $"retrain-{(model.Length > 30 ? model[..30].Trim('-') : model)}-{(key.Length > 20 ? key[..20] : key)}";
    }
}

/// <summary>The template cannot be used. The message says why.</summary>
internal sealed class TemplateException(string message) : Exception(message);
