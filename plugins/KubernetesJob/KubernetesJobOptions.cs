using k8s;

namespace ModelMonitor.KubernetesJob;

/// <summary>What an action's `options` say.</summary>
public sealed record KubernetesJobOptions
{
    /// <summary>A file with the manifest of a Job, YAML or JSON.</summary>
    public required string Template { get; init; }

    /// <summary>Null: the template's, or the pod's own.</summary>
    public string? Namespace { get; init; }

    /// <summary>The API's address; null: that of the cluster in which the monitor runs.</summary>
    public string? Server { get; init; }

    /// <summary>A file with the bearer token for <see cref="Server"/>.</summary>
    public string? TokenFile { get; init; }

    private static readonly string[] s_known = ["template", "namespace", "server", "token_file"];

    /// <summary>Reads options; what cannot be is a line in <paramref name="faults"/>.</summary>
    public static KubernetesJobOptions Of(IReadOnlyDictionary<string, string> options, List<string> faults)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(faults);
        faults.AddRange(options.Keys.Except(s_known).Select(unknown => $"options.{unknown}: is no option of kubernetes-job; there are {string.Join(", ", s_known)}"));
        var template = options.GetValueOrDefault("template");
        if (template is null) faults.Add("options.template: is required: a file with the manifest of a Job");
        else if (!File.Exists(template)) faults.Add($"options.template: there is no file {template}");
        if (options.TryGetValue("server", out var server) && !Uri.TryCreate(server, UriKind.Absolute, out _)) faults.Add($"options.server: must be an address such as https://kubernetes.default.svc, found '{server}'");
        if (options.TryGetValue("token_file", out var token) && !File.Exists(token)) faults.Add($"options.token_file: there is no file {token}");
        if (server is null && !KubernetesClientConfiguration.IsInCluster()) faults.Add("options.server: is required outside of a cluster");
        return new() { Template = template ?? "", Namespace = options.GetValueOrDefault("namespace"), Server = server, TokenFile = token };
    }
}
